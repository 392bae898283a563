import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CParserModules } from '../csource/parse/c-parser.ts';
import { InputError } from './input-error.ts';
import { fileErrorText } from './read-input.ts';

/** The parser's two WebAssembly files, which lie beside the bundle. */
export function parserFiles(): CParserModules {
  const read = (name: string): Uint8Array => {
    try {
      return readFileSync(join(__dirname, name));
    } catch (error) {
      throw new InputError(`${join(__dirname, name)}: ${fileErrorText(error)}: expected beside the program; build it again`);
    }
  };
  return { runtime: read('web-tree-sitter.wasm'), grammar: read('tree-sitter-c.wasm') };
}
