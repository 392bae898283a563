import { readdirSync, readFileSync } from 'node:fs';
import { listFiles, PackageManager } from '@vscode/vsce';
import { describe, expect, it } from 'vitest';

const BUILT = [
  'dist/THIRD-PARTY-NOTICES.txt',
  'dist/cli.cjs', 'dist/extension.cjs', 'dist/log-thread.cjs', 'dist/panel.css', 'dist/panel.js', 'dist/scenario.schema.json', 'dist/server.cjs', 'dist/tree-sitter-c.wasm',
  'dist/web-tree-sitter.wasm', 'dist/web/extension.js', 'dist/web/server.js',
];
const NAMED = [
  'CHANGELOG.md', 'LICENSE', 'README.md', 'bin/dma-aperture.mjs', 'media/activity-bar.svg', 'media/icon.png', 'media/kernel-log.language-configuration.json',
  'media/kernel-log.tmLanguage.json', 'media/kernel-config.language-configuration.json', 'media/kernel-config.tmLanguage.json',
  'l10n/bundle.l10n.json', 'package.json', 'package.nls.json',
];

describe('the vsix', () => {
  it('holds what it should and nothing else', async () => {
    const folder = (path: string): string[] => readdirSync(path).map((name) => `${path}/${name}`);
    const listed = await listFiles({ cwd: process.cwd(), packageManager: PackageManager.None });
    expect(listed.sort()).toEqual([...BUILT, ...NAMED, ...folder('docs/rules'), ...folder('docs/scenarios'), ...folder('media/sample'), ...folder('media/scenarios'), ...folder('media/walkthrough')].sort());
  });

  it('names entries that it holds', () => {
    const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { main: string; browser: string; bin: Record<string, string> };
    expect([...BUILT, ...NAMED]).toEqual(expect.arrayContaining([manifest.main.slice(2), manifest.browser.slice(2), ...Object.values(manifest.bin)]));
  });
});
