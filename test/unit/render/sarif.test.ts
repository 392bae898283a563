import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Ajv04 from 'ajv-draft-04';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CParser } from '../../../src/csource/parse/c-parser.ts';
import { sarifLog } from '../../../src/render/sarif.ts';
import { fileRecords } from '../../../src/render/scan-record.ts';
import { CATALOGUE } from '../../../src/rules/catalogue.ts';
import { loadParser } from '../csource/c-parser.ts';
import { checkText, driver, platform } from '../rules/check-file.ts';

const schema = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'), 'utf8')) as Record<string, unknown>;
// A pattern of the schema is none under the u flag.
const ajv = new Ajv04({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats(ajv);
const validate = ajv.compile(schema);

const TEXT = driver(
  'p->b = dma_alloc_coherent(dev, 8 << 20, &h, GFP_KERNEL);',
  'a = dma_map_single(dev, b, 64, DMA_FROM_DEVICE);',
  'if (dma_mapping_error(dev, a)) return -1;',
  'dma_unmap_single(dev, a, 64, DMA_TO_DEVICE);',
  'dma_set_max_seg_size(dev, 0x100000);',
  '/* dma-aperture: ignore dma/mask-unchecked -- any mask will do */',
  'dma_set_mask(dev, p->mask);',
  'writel(virt_to_phys(p->ring), p->regs);',
);

let parser: CParser;
beforeAll(async () => {
  parser = await loadParser();
});
afterAll(() => parser.dispose());

function log(file: string): ReturnType<typeof sarifLog> {
  return sarifLog(fileRecords(file, checkText(parser, TEXT, platform('xen-4.17-linux-5.10'))), '1.2.3');
}

describe('SARIF', () => {
  it.each(['drivers/a.c', '/abs/with space/ä#1.c', 'C:\\x\\a.c'])('validates against the schema of 2.1.0: %s', (file) => {
    expect(validate(log(file)), JSON.stringify(validate.errors)).toBe(true);
  });

  it('the schema refuses what is none', () => {
    expect(validate({ version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } }, results: [{ message: {}, level: 'fatal' }] }] })).toBe(false);
  });

  it('has every rule with its page, and every result refers to one', () => {
    const [run] = log('a.c').runs;
    const rules = run?.tool.driver.rules ?? [];
    expect(rules.map(({ id }) => id)).toEqual([...CATALOGUE.keys()]);
    expect(rules.every(({ properties }) => /^docs\/rules\/[a-z-]+\.md$/.test(String(properties?.['page'])))).toBe(true);
    const results = run?.results ?? [];
    expect(results.length).toBeGreaterThan(4);
    for (const { ruleId, ruleIndex } of results) expect(rules[ruleIndex ?? -1]?.id).toBe(ruleId);
  });

  it('says what is suppressed and why, where related places are, and what would mend a finding', () => {
    const results = log('a.c').runs[0]?.results ?? [];
    const of = (rule: string): (typeof results)[number] | undefined => results.find(({ ruleId }) => ruleId === rule);
    expect(of('dma/mask-unchecked')?.suppressions).toEqual([{ kind: 'inSource', status: 'accepted', justification: 'any mask will do' }]);
    expect(of('dma/unmap-mismatch')?.relatedLocations?.[0]?.physicalLocation?.region?.startLine).toBe(4);
    expect(of('dma/unmap-mismatch')?.fixes?.[0]?.artifactChanges[0]?.replacements[0]?.insertedContent?.text).toBe('DMA_FROM_DEVICE');
    expect(of('dma/coherent-exceeds-contiguous-limit')?.level).toBe('error');
  });

  it('fingerprints stay where lines move, and tell findings of one function apart', () => {
    const prints = (text: string): unknown[] => (sarifLog(fileRecords('a.c', checkText(parser, text, platform('xen-4.17-linux-5.10'))), '1').runs[0]?.results ?? []).map(({ partialFingerprints }) => partialFingerprints?.['dmaAperture/v1']);
    const before = prints(TEXT);
    expect(prints(`\n\n/* moved */\n${TEXT}`)).toEqual(before);
    const twice = prints(driver('dma_set_mask(dev, p->mask);', 'dma_set_mask(dev, p->mask);'));
    expect(new Set(twice).size).toBe(2);
  });
});
