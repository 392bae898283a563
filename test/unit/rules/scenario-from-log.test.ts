import { describe, expect, it } from 'vitest';
import { builtInPlatform } from '../../../src/core/platform/built-in-platforms.ts';
import { parseScenario } from '../../../src/core/scenario/parse-scenario.ts';
import { type ScenarioRun, runScenario } from '../../../src/core/scenario/run-scenario.ts';
import { platformOf } from '../../../src/core/scenario/scenario-platform.ts';
import { sizeAperture } from '../../../src/core/scenario/size-aperture.ts';
import { readLog } from '../../../src/evidence/log/read-log.ts';
import { scenarioDraftText } from '../../../src/render/scenario-draft-text.ts';
import { sizingSummary } from '../../../src/render/sizing-report.ts';
import { scenarioFromLog } from '../../../src/rules/scenario-from-log.ts';

const BANNER = 'Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org) (gcc-12) #1 SMP Debian 6.1.192-2';
const POOL = 'software IO TLB: mapped [mem 0x00000000bbece000-0x00000000bfece000] (64MB)';
const full = (bytes: number, used: number, total = 32768): string => `nvme 0000:01:00.0: swiotlb buffer is full (sz: ${bytes} bytes), total ${total} (slots), used ${used} (slots)`;

function draftOf(lines: readonly string[]): { text: string; run: ScenarioRun } {
  const reading = readLog(lines.map((line, at) => `[    ${at}.000000] ${line}\n`).join(''), 'boot.log');
  const text = scenarioDraftText(scenarioFromLog('boot.log', reading.platform, reading.facts.failures)!);
  const parsed = parseScenario(text);
  if (!parsed.ok) throw new Error(`${parsed.problems[0]?.message}\n${text}`);
  return { text, run: runScenario(parsed.scenario, platformOf(parsed.scenario, builtInPlatform('linux-6.12')!)) };
}

/** Why each mapping of the failing device was refused; undefined where it was served. */
const refusals = ({ steps }: ScenarioRun): (string | undefined)[] => steps.filter(({ step }) => step.op === 'dma_map_single').map(({ outcome }) => (outcome.ok ? undefined : outcome.reason));

describe('a scenario of a log', () => {
  it('fills the aperture as far as the log says, and fails as the log does', () => {
    const { run } = draftOf([BANNER, POOL, full(8192, 32766), full(524288, 10)]);
    expect([refusals(run), run.totals.unmet, run.totals.usedSlots]).toEqual([['pool-exhausted', 'segment-limit'], 0, 0]);
  });

  it('has gaps where enough was free and nothing in a row', () => {
    const { text, run } = draftOf([BANNER, POOL, full(262144, 28249)]);
    expect(refusals(run)).toEqual(['no-free-run']);
    expect(text).toContain('4,519 slots were free and no 128 in a row: 18 in every segment, here.');
  });

  it('fills it all where a kernel says no more than that it is out of space, once for all that failed', () => {
    const { text, run } = draftOf([BANNER, POOL, 'DMA: Out of SW-IOMMU space for 66 bytes at device 0000:08:00.0', 'DMA: Out of SW-IOMMU space for 65536 bytes at device 0000:00:1f.2']);
    expect(refusals(run)).toEqual(['pool-exhausted', 'pool-exhausted']);
    expect(text.match(/"repeat"/g)).toHaveLength(2);
    expect(text).toContain('The log does not say how many slots were in use');
  });

  it('has no pool where the log had none', () => {
    const { text, run } = draftOf([BANNER, full(81, 0, 0)]);
    expect([refusals(run), run.totals.unmet]).toEqual([['pool-absent'], 0]);
    expect(text).toContain('// The log says that there was no pool');
  });

  it('expects nothing that the model does not do, and says so', () => {
    const { text, run } = draftOf([BANNER, POOL, full(8192, 16)]);
    expect([refusals(run), run.totals.unmet]).toEqual([[undefined], 0]);
    expect(text).toContain('something decided that the log does not show');
    expect(text).not.toContain('"expect"');
  });

  it('is sized by the mappings that fail, not by what cannot be undone', () => {
    const { run } = draftOf([BANNER, POOL, full(8192, 32766)]);
    const search = sizeAperture(run.scenario, run.platform);
    let step = search.next();
    while (step.done !== true) step = search.next();
    const { present, curve, smallest } = step.value;
    expect(present.failures).toBe(1);
    // Of 32,766 single slots and a mapping of four, what is beyond the aperture's slots fails.
    for (const { bytes, failures } of curve) expect(failures).toBe(bytes < 64 * 2 ** 20 ? 32766 + 1 - bytes / 2048 : bytes === 64 * 2 ** 20 ? 1 : 0);
    expect(smallest?.bytes).toBe(128 * 2 ** 20);
    expect(sizingSummary(step.value)).toContain('1 mapping fails.');
  });
});
