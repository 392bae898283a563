import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { RECOGNISERS } from '../../../src/evidence/log/recogniser-table.ts';
import { logLinesPage } from '../../../src/render/log-lines-page.ts';

describe('docs/log-lines.md', () => {
  it('is what the table of recognisers gives', () => {
    expect(readFileSync(fileURLToPath(new URL('../../../docs/log-lines.md', import.meta.url)), 'utf8')).toBe(logLinesPage(RECOGNISERS));
  });

  it('leaves no recogniser out', () => {
    const page = logLinesPage(RECOGNISERS);
    for (const { id, formats } of RECOGNISERS) {
      expect(page).toContain(`### ${id}\n`);
      for (const format of formats) expect(page).toContain(format);
    }
  });
});
