import { describe, expect, it } from 'vitest';
import { readLog } from '../../../src/evidence/log/read-log.ts';
import { findingMessage } from '../../../src/render/finding-text.ts';
import { lspDiagnostic } from '../../../src/render/lsp-diagnostic.ts';
import { CATALOGUE } from '../../../src/rules/catalogue.ts';
import { checkLog } from '../../../src/rules/check-log.ts';
import { RULES } from '../../../src/ids.ts';

const HEAD = `[    0.000000] Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org) (gcc-12) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)
[    0.200000] software IO TLB: mapped [mem 0x0000000070000000-0x0000000074000000] (64MB)
`;
const full = (sz: number, total: number, used: number, time = 9): string =>
  `[    ${time}.000000] nvme 0000:01:00.0: swiotlb buffer is full (sz: ${sz} bytes), total ${total} (slots), used ${used} (slots)\n`;

const rulesOf = (text: string): string[] => checkLog(readLog(text, 'boot.log')).map(({ ruleId }) => ruleId);

describe('what a full buffer means', () => {
  it.each([
    ['more than a segment: no pool is large enough', 262145, 32768, 0, RULES.logMappingOversize],
    ['exactly a segment, and not enough slots', 262144, 32768, 32700, RULES.logApertureExhausted],
    ['one slot short', 4096, 32768, 32767, RULES.logApertureExhausted],
    ['just enough slots, in no run', 4096, 32768, 32766, RULES.logApertureFragmented],
    ['half free, in no run', 59964, 4096, 2445, RULES.logApertureFragmented],
    ['no pool at all', 4096, 0, 0, RULES.logNoPool],
  ])('%s', (_, sz, total, used, rule) => {
    expect(rulesOf(HEAD + full(sz, total, used))).toEqual([RULES.logAperture, rule]);
  });

  it('does not guess where the line states no totals', () => {
    expect(rulesOf(`${HEAD}[    9.000000] e1000 0000:02:00.0: swiotlb buffer is full (sz: 4096 bytes)\n`)).toEqual([RULES.logAperture, RULES.logApertureFull]);
  });

  it('counts what agrees once, at its first line', () => {
    const findings = checkLog(readLog(HEAD + full(4096, 32768, 32767) + full(4096, 32768, 32767) + full(8192, 32768, 32767), 'boot.log'));
    expect(findings.map(({ span, headline }) => [span.line, 'count' in headline ? headline.count : 0])).toEqual([[2, 0], [3, 2], [5, 1]]);
  });

  it('says nothing of a text that is no kernel log', () => {
    expect(rulesOf('The message "swiotlb buffer is full (sz: 4096 bytes), total 32768 (slots), used 3 (slots)" is often misread.\nIt says that no run was found.\n'.repeat(5))).toEqual([]);
  });

  it('gives every finding a message in words and a place that exists', () => {
    const text = HEAD + full(262145, 32768, 0) + full(4096, 32768, 32767) + full(59964, 4096, 2445);
    for (const finding of checkLog(readLog(text, 'boot.log'))) {
      expect(findingMessage(finding)).not.toMatch(/undefined|NaN|null/);
      const { range, code } = lspDiagnostic(finding);
      const line = text.split('\n')[range.start.line] ?? '';
      expect(range.end.character).toBeLessThanOrEqual(line.length);
      expect(code).toBe(finding.ruleId);
    }
  });
});

describe('the catalogue', () => {
  it('has every rule id once, with a summary and help', () => {
    expect([...CATALOGUE.keys()].sort()).toEqual(Object.values(RULES).sort());
    for (const rule of CATALOGUE.values()) expect([rule.summary, rule.help].every((text) => text.endsWith('.'))).toBe(true);
  });
});
