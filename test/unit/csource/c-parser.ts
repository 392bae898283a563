import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createCParser } from '../../../src/csource/parse/c-parser.ts';
import type { CParser } from '../../../src/csource/parse/c-parser.ts';
import { scanSource } from '../../../src/csource/scan-source.ts';
import type { DmaCall } from '../../../src/csource/scan-source.ts';
import type { SizeResult } from '../../../src/csource/evaluate/evaluate-size.ts';

const require = createRequire(import.meta.url);

/** A parser from the packages' own WebAssembly modules. */
export function loadParser(): Promise<CParser> {
  return createCParser({
    runtime: readFileSync(join(dirname(require.resolve('web-tree-sitter')), 'web-tree-sitter.wasm')),
    grammar: readFileSync(join(dirname(require.resolve('tree-sitter-c/package.json')), 'tree-sitter-c.wasm')),
  });
}

/** Calls of a text without headers. */
export function callsOf(parser: CParser, text: string, config?: Record<string, string>): readonly DmaCall[] {
  const unit = { path: 'driver.c', text, headers: new Map<string, never>() };
  return scanSource(parser, config ? { ...unit, config: new Map(Object.entries(config)) } : unit).calls;
}

/** A file with one call whose size is `expression`. */
export function fileWith(expression: string, before = '', inside = ''): string {
  return `${before}\nstatic int probe(struct device *dev, struct pair *given)\n{\n${inside}\n\tp = dma_alloc_coherent(dev, ${expression}, &handle, GFP_KERNEL);\n\treturn 0;\n}\n`;
}

/** A size in short: `4096`, `64..128`, `u32` where nothing but a 32 bit type bounds it, `?`. */
export function brief(size: SizeResult | undefined): string {
  if (!size) return 'no call';
  if (size.kind === 'exact') return String(size.bytes);
  if (size.kind === 'bounded' && size.byType) return size.min === 0 && size.max === 0xffff_ffff ? 'u32' : `${size.min ?? ''}..${size.max ?? ''} by type`;
  return size.kind === 'bounded' ? `${size.min ?? ''}..${size.max ?? ''}` : '?';
}
