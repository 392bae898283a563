import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CParser } from '../../../src/csource/parse/c-parser.ts';
import { findingMessage } from '../../../src/render/finding-text.ts';
import { loadParser } from '../csource/c-parser.ts';
import { brief, checkText, driver, findingsOf, platform } from './check-file.ts';

let parser: CParser;
beforeAll(async () => {
  parser = await loadParser();
});
afterAll(() => parser.dispose());

const UNCHECKED = 'dma_set_mask(dev, p->mask);';
const IGNORE = 'dma-aperture: ignore dma/mask-unchecked';
const seen = (...lines: string[]): string[] => brief(checkText(parser, driver(...lines), platform('linux-6.1')));

describe('comments that ignore a finding', () => {
  it.each([
    ['on the line above', [`/* ${IGNORE} -- any mask will do */`, UNCHECKED]],
    ['behind it', [`${UNCHECKED} // ${IGNORE} -- any mask will do`]],
    ['over several lines of the call', [`/* ${IGNORE} -- any */`, 'dma_set_mask(dev,', '\tp->mask);']],
    ['with several rules', [`/* dma-aperture: ignore dma/order-rounding-waste, dma/mask-unchecked -- any */`, UNCHECKED]],
  ])('%s', (_, lines) => {
    expect(seen(...lines).filter((finding) => finding.includes('mask-unchecked'))).toEqual(['(mask-unchecked)']);
  });

  it('keep the reason', () => {
    const [finding] = findingsOf(checkText(parser, driver(`/* ${IGNORE} -- any mask will do */`, UNCHECKED), platform('linux-6.1')));
    expect(finding?.suppressed).toEqual({ kind: 'comment', reason: 'any mask will do' });
  });

  it.each([
    ['another rule', [`/* dma-aperture: ignore dma/missing-sync -- no */`, UNCHECKED], 'mask-unchecked warning'],
    ['two lines above', [`/* ${IGNORE} -- no */`, 'p->x = 1;', UNCHECKED], 'mask-unchecked warning'],
    ['below', [UNCHECKED, `/* ${IGNORE} -- no */`], 'mask-unchecked warning'],
    ['no comment', [`p->s = "${IGNORE} -- no";`, UNCHECKED], 'mask-unchecked warning'],
  ])('does not hold: %s', (_, lines, expected) => {
    expect(seen(...lines)).toContain(expected);
  });
});

describe('what is wrong with such comments is reported', () => {
  const problems = (...lines: string[]): string[] => findingsOf(checkText(parser, driver(...lines), platform('linux-6.1'))).filter(({ ruleId }) => ruleId === 'dma/suppression').map(findingMessage);

  it('no reason, though it is followed', () => {
    expect(problems(`/* ${IGNORE} */`, UNCHECKED)).toEqual([expect.stringContaining('does not say why')]);
    expect(seen(`/* ${IGNORE} */`, UNCHECKED)).toEqual(expect.arrayContaining(['(mask-unchecked)', 'suppression warning']));
  });

  it('no rule, or none of that name', () => {
    expect(problems('/* dma-aperture: ignore -- all */', UNCHECKED)).toEqual([expect.stringContaining('names no rule')]);
    expect(problems('/* dma-aperture: ignore dma/mask-uncheckd -- typo */', UNCHECKED)).toEqual([expect.stringContaining('There is no rule dma/mask-uncheckd')]);
  });

  it('nothing to ignore on any platform; the fix takes it away, with its line where it stands alone', () => {
    const text = driver(`/* ${IGNORE} -- was once */`, 'p->x = 1;');
    const source = checkText(parser, text, platform('linux-6.1'));
    expect(brief(source)).toEqual(['suppression information']);
    expect(findingsOf(source)[0]?.fixes?.[0]).toMatchObject({ kind: 'remove-suppression', text: '', span: { line: 3, column: 1, endLine: 4, endColumn: 1 } });
    const behind = findingsOf(checkText(parser, driver(`p->x = 1; /* ${IGNORE} -- was once */`), platform('linux-6.1')))[0];
    expect(behind?.fixes?.[0]?.span).toMatchObject({ line: 3, column: 11, endLine: 3 });
  });

  it('not where another platform than the active one has the finding', () => {
    const lines = ['/* dma-aperture: ignore dma/coherent-exceeds-contiguous-limit -- never a dom0 */', 'p->b = dma_alloc_coherent(dev, 4 << 20, &h, GFP_KERNEL);'];
    expect(seen(...lines)).toEqual([]);
    expect(brief(checkText(parser, driver(...lines), platform('xen-4.17-linux-5.10')))).toEqual(['(coherent-exceeds-contiguous-limit)']);
  });
});
