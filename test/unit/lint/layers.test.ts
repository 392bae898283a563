import { existsSync, readdirSync } from 'node:fs';
import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import { layerProblem, LAYERS, roomOf } from '../../../scripts/lint-layers.mjs';

describe('the layer table', () => {
  it.each([
    ['core/units/bytes.ts', './pages.ts'],
    ['core/platform/limits.ts', '../units/bytes.ts'],
    ['core/dma/map.ts', '../swiotlb/search.ts'],
    ['evidence/log/read-log.ts', '../../core/platform/fact.ts'],
    ['csource/parse/c-parser.ts', 'web-tree-sitter'],
    ['rules/catalogue.ts', '../csource/calls/dma-apis.ts'],
    ['rules/catalogue.ts', '../ids.ts'],
    ['protocol/panel-messages.ts', 'valibot'],
    ['server/server.ts', 'vscode-languageserver/browser'],
    ['server/node-main.ts', './server.ts'],
    ['server/node-main.ts', 'node:fs/promises'],
    ['cli/main.ts', 'node:fs'],
    ['extension/client.ts', '../protocol/server-requests.ts'],
    ['panel/main.tsx', 'preact/hooks'],
    ['server/built-in-scenarios.ts', '../../media/scenarios/founding-case.dma.json'],
  ])('%s may import %s', (from, specifier) => {
    expect(layerProblem(from, specifier, false)).toBeUndefined();
  });

  it.each([
    ['core/units/bytes.ts', '../platform/fact.ts', 'core/units may not import from core/platform'],
    ['core/swiotlb/search.ts', '../machine/heap.ts', 'core/swiotlb may not import from core/machine'],
    ['core/units/bytes.ts', 'vscode', 'core/units may not import the package vscode'],
    ['core/units/bytes.ts', 'node:fs', 'core/units may not import the package node:fs'],
    ['core/units/bytes.ts', 'fs', 'core/units may not import the package fs'],
    ['csource/scan-source.ts', '../evidence/log/read-log.ts', 'csource may not import from evidence'],
    ['server/server.ts', 'node:fs', 'server may not import the package node:fs'],
    ['server/server.ts', '../extension/client.ts', 'server may not import from extension'],
    ['server/server.ts', './node-main.ts', 'server may not import from server/node-main.ts'],
    ['cli/main.ts', '../server/server.ts', 'cli may not import from server'],
    ['extension/client.ts', '../rules/catalogue.ts', 'extension may not import from rules'],
    ['panel/main.tsx', '../core/platform/fact.ts', 'panel may not import from core/platform'],
    ['panel/main.tsx', '../../media/scenarios/a.dma.json', 'panel may not import from outside src (../../media/scenarios/a.dma.json)'],
    ['panel/main.tsx', 'preactx', 'panel may not import the package preactx'],
    ['protocol/panel-messages.ts', '../core/platform/fact.ts', 'protocol may import only types from core/platform'],
    ['rules/catalogue.ts', '../../package.json', 'rules may not import from outside src (../../package.json)'],
    ['attic/old.ts', '../core/units/bytes.ts', 'the room attic is not in the layer table (scripts/lint-layers.mjs)'],
  ])('%s may not import %s', (from, specifier, problem) => {
    expect(layerProblem(from, specifier, false)).toBe(problem);
  });

  it('lets the protocol take types from the core', () => {
    expect(layerProblem('protocol/panel-messages.ts', '../core/platform/fact.ts', true)).toBeUndefined();
  });

  it('knows every folder under src', () => {
    const folders = readdirSync('src', { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
      .map((entry) => roomOf(`${entry.parentPath}/${entry.name}`.replace(/^src\//, '')));
    expect(folders.filter((room) => !(room in LAYERS))).toEqual([]);
  });
});

describe('the lint configuration', () => {
  const eslint = new ESLint({
    // In CI the parser assumes that a file is as it is on disk.
    overrideConfig: { languageOptions: { parserOptions: { disallowAutomaticSingleRunInference: true } } },
  });
  // A file of the room has to exist, for the type-aware rules; its text here is another.
  const lint = async (filePath: string, text: string) => {
    expect(existsSync(filePath)).toBe(true);
    const [result] = await eslint.lintText(text, { filePath });
    return result!.messages.map((message) => message.ruleId ?? message.message);
  };

  it('reports an import that the table forbids', async () => {
    expect(await lint('src/core/units/bytes.ts', "import type { Fact } from '../platform/fact.ts';\nexport type A = Fact<1>;\n"))
      .toEqual(['layers/allowed-imports']);
    expect(await lint('src/core/units/bytes.ts', "export const a: unknown = import('vscode');\n")).toContain('layers/allowed-imports');
    expect(await lint('src/core/units/bytes.ts', "export { readFile } from 'node:fs';\n")).toContain('layers/allowed-imports');
    expect(await lint('src/core/units/bytes.ts', "export type A = import('../platform/fact.ts').Evidence;\n")).toContain('layers/allowed-imports');
  });

  it('reports what the house rules forbid', async () => {
    expect(await lint('src/core/units/bytes.ts', 'export default 1;\n')).toEqual(['no-restricted-syntax']);
    expect(await lint('src/core/units/bytes.ts', "export * from './pages.ts';\n")).toEqual(['no-restricted-syntax']);
    expect(await lint('src/core/units/bytes.ts', 'export const a: number = Date.now();\n')).toEqual(['no-restricted-globals']);
    expect(await lint('src/core/units/bytes.ts', 'export function a(): number { return Math.random(); }\n')).toEqual(['no-restricted-properties']);
    expect(await lint('src/core/units/bytes.ts', 'async function a(): Promise<void> { await Promise.resolve(); }\na();\n'))
      .toEqual(['@typescript-eslint/no-floating-promises']);
    expect(await lint('src/core/units/bytes.ts', 'export const a: any = 1;\n')).toEqual(['@typescript-eslint/no-explicit-any']);
  });

  it('finds nothing where nothing is wrong', async () => {
    expect(await lint('src/core/platform/fact.ts', "import { PAGE_SIZE } from '../units/pages.ts';\nexport const a: number = PAGE_SIZE;\n")).toEqual([]);
  });
});
