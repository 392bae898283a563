import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RULES, rulePage } from '../../../src/ids.ts';
import { CATALOGUE } from '../../../src/rules/catalogue.ts';

const ids = Object.values(RULES);
const OF_LOGS: readonly string[] = [RULES.suppression, RULES.commandLineOption, RULES.kernelConfig];
const ofSources = ids.filter((id) => rulePage(id) !== 'docs/rules/logs.md' && !OF_LOGS.includes(id));

describe('the catalogue', () => {
  it('has every rule, once', () => {
    expect([...CATALOGUE.keys()].sort()).toEqual([...ids].sort());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(ids)('%s: a page that says what it is', (id) => {
    const page = rulePage(id);
    expect(existsSync(page), page).toBe(true);
    expect(readFileSync(page, 'utf8')).toContain(id);
  });

  it.each(ofSources)('%s: its page has all that a page has', (id) => {
    const text = readFileSync(rulePage(id), 'utf8');
    expect(text.startsWith(`# ${id}\n`)).toBe(true);
    for (const part of ['Default severity: ', '## Why', '## Which kernels', '## Example', 'Better:', '## What a driver can do', '## Known limits', '## To ignore it']) expect(text).toContain(part);
  });

  it('has no page without a rule', () => {
    expect(readdirSync('docs/rules').filter((name) => name !== 'logs.md').map((name) => `dma/${name.replace('.md', '')}`).filter((id) => !ids.some((known) => known === id))).toEqual([]);
  });
});
