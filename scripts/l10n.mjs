/**
 * `npm run l10n`: writes l10n/bundle.l10n.json, the strings of the extension and of the panel for translators, from the source. A test holds
 * the file against the source. A translation is a file beside it: `bundle.l10n.de.json`, and `package.nls.de.json` for package.json.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { getL10nJson } from '@vscode/l10n-dev';
import { transform } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '..');

/** The bundle as the source has it: each string once, in the order of the alphabet. @returns {Promise<string>} */
export async function l10nBundle() {
  const folder = join(ROOT, 'src/extension');
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts')).sort();
  const strings = await getL10nJson(files.map((name) => ({ extension: '.ts', contents: readFileSync(join(folder, name), 'utf8') })));
  for (const text of Object.values(await panelStrings())) strings[text] ??= text;
  const sorted = Object.entries(strings).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(sorted), undefined, 2)}\n`;
}

/** The sentences of the page, by name. @returns {Promise<Record<string, string>>} */
async function panelStrings() {
  const { code } = await transform(readFileSync(join(ROOT, 'src/protocol/panel-strings.ts'), 'utf8'), { loader: 'ts' });
  return (await import(`data:text/javascript,${encodeURIComponent(code)}`)).panelStrings;
}

if (process.argv[1] === import.meta.filename) {
  mkdirSync(join(ROOT, 'l10n'), { recursive: true });
  writeFileSync(join(ROOT, 'l10n/bundle.l10n.json'), await l10nBundle());
}
