import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { sizeofTypes } from '../csource/sizeof-type.ts';
import { InputError } from './input-error.ts';
import { KernelTrees } from './kernel-trees.ts';
import { readInput } from './read-input.ts';
import { configOf } from './scan-limits.ts';
import { readOptional } from './scan-files.ts';

/** `dma-aperture sizeof [--config FILE] --file FILE NAME…`: a JSON object a line, `bytes` null where it is not known. @returns 0 */
export async function sizeofCommand(args: readonly string[], write: (text: string) => void): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { config: { type: 'string' }, file: { type: 'string' } } });
  const { file } = values;
  if (file === undefined) throw new InputError('sizeof: expected --file with the C file or header that the types are seen from');
  if (positionals.length === 0) throw new InputError('sizeof: expected one or more type names');
  readInput(file); // says what is wrong with it
  const config = configOf({ config: values.config });
  const place = new KernelTrees(readOptional).of(file);
  const sizes = await sizeofTypes(place?.path ?? file, positionals, {
    read: readOptional,
    sources: sourcesIn,
    ...(config ? { config } : {}),
    ...(place ? { tree: place.tree } : {}),
  });
  sizes.forEach((size, at) => {
    const name = positionals[at] ?? '';
    const line = 'bytes' in size ? { name, bytes: size.bytes, align: size.align } : { name, bytes: null, align: null, why: size.why };
    write(`${JSON.stringify(line)}\n`);
  });
  return 0;
}

function sourcesIn(folder: string): string[] {
  try {
    return readdirSync(folder === '' ? '.' : folder).filter((name) => /\.[ch]$/.test(name)).sort();
  } catch {
    return []; // a folder that is not there holds none
  }
}
