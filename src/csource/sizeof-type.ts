import { Doubt } from './evaluate/doubt.ts';
import { Cursor } from './parse/cursor.ts';
import { lex } from './parse/lexer.ts';
import { includedPath, loadHeaders } from './preprocess/collect-includes.ts';
import { decideBy } from './preprocess/condition.ts';
import { IndexCache } from './preprocess/index-cache.ts';
import { kernelConfig } from './preprocess/kernel-config.ts';
import type { KernelTree } from './preprocess/kernel-tree.ts';
import { TranslationUnit } from './preprocess/translation-unit.ts';
import { forEachWorld } from './preprocess/world.ts';
import type { World } from './preprocess/world.ts';
import { alignOf, sizeOf } from './types/layout.ts';
import { Names } from './types/names.ts';
import { readTypeName } from './types/read-type.ts';
import type { SourceUnit } from './scan-source.ts';

/** Size and alignment of a type in bytes, or why they are not known. */
export type TypeSize = { readonly bytes: number; readonly align: number } | { readonly why: string };

/** The files around one that is asked about, by paths of the same form. */
export interface SourceAccess {
  /** Undefined where there is no such file. */
  read(path: string): string | undefined;
  /** Names of the C files (`.c`) in a folder. */
  sources(folder: string): readonly string[];
  readonly config?: ReadonlyMap<string, string>;
  readonly tree?: KernelTree;
  readonly cache?: IndexCache;
}

const KINDS = ['struct', 'union', 'enum', 'typedef'] as const;
const MAX_USERS = 4;

/**
 * `sizeof` of types as a file sees them. A header is read as the C files beside it read it that include it, and by itself
 * where there are none.
 * @param names type names (`struct x`, `u32[4]`), or a tag alone
 */
export async function sizeofTypes(file: string, names: readonly string[], access: SourceAccess): Promise<TypeSize[]> {
  const own = access.read(file);
  if (own === undefined) return names.map(() => ({ why: `${file} could not be read` }));
  const results = new Map<string, TypeSize>();
  const mains = file.endsWith('.h') ? [...usersOf(file, access), file] : [file];
  for (const main of mains) {
    const left = names.filter((name) => !('bytes' in (results.get(name) ?? {})));
    if (left.length === 0) break;
    const text = main === file ? own : access.read(main) ?? '';
    const headers = await loadHeaders(main, text, (path) => Promise.resolve(access.read(path)), access.cache);
    const unit = { path: main, text, headers, ...(access.config ? { config: access.config } : {}), ...(access.tree ? { tree: access.tree } : {}), ...(access.cache ? { cache: access.cache } : {}) };
    const sizes = sizesIn(unit, left);
    left.forEach((name, at) => {
      const size = sizes[at];
      if (size && !results.has(name)) results.set(name, size);
      else if (size && 'bytes' in size) results.set(name, size);
    });
  }
  return names.map((name) => results.get(name) ?? { why: 'it is not known' });
}

/** C files that include a header by name, in its folder and the one above. */
function usersOf(header: string, access: SourceAccess): string[] {
  const slash = header.lastIndexOf('/');
  const folder = slash < 0 ? '' : header.slice(0, slash);
  const base = header.slice(slash + 1);
  const users: string[] = [];
  const folders = folder.includes('/') ? [folder, folder.slice(0, folder.lastIndexOf('/'))] : [folder];
  for (const at of folders) {
    for (const name of access.sources(at)) {
      const path = at === '' ? name : `${at}/${name}`;
      const text = access.read(path);
      if (text === undefined || !text.includes(base)) continue;
      const included = [...text.matchAll(/^[ \t]*#[ \t]*include[ \t]*"([^"\n]+)"/gm)].some((match) => includedPath(path, match[1] ?? '') === header);
      if (included) users.push(path);
      if (users.length >= MAX_USERS) return users;
    }
  }
  return users;
}

/** `sizeof` of types by name in one unit; each as {@link sizeofTypes}. */
function sizesIn(unit: SourceUnit, names: readonly string[]): TypeSize[] {
  const config = kernelConfig(unit.config);
  const cache = unit.cache ?? new IndexCache();
  const translation = new TranslationUnit(cache.of(unit.path, unit.text), unit.headers, cache, decideBy(config), unit.config?.get('CONFIG_X86_64') === 'y' ? unit.tree : undefined);
  const memo = new Map<string, never>();
  return names.map((name) => {
    const found: { bytes: number; align: number }[] = [];
    try {
      forEachWorld((world) => found.push(...sizesOf(name, translation, new Names(translation, world, config, memo), world)));
    } catch (error) {
      if (error instanceof Doubt) return { why: error.message };
      if (error instanceof RangeError) return { why: 'it nests too deeply' };
      throw error;
    }
    const [first] = found;
    if (!first) return { why: `${name} is no type of the files read` };
    if (found.some((other) => other.bytes !== first.bytes || other.align !== first.align)) return { why: 'it has more than one size' };
    return first;
  });
}

function sizesOf(name: string, unit: TranslationUnit, names: Names, world: World): { bytes: number; align: number }[] {
  const texts = /^\w+$/.test(name)
    ? KINDS.filter((kind) => unit.typesNamed(`${kind} ${name}`, false).some(({ instance, event }) => unit.isActive(instance, event.condition, world))).map((kind) => (kind === 'typedef' ? name : `${kind} ${name}`))
    : [name];
  const basic = texts.length === 0 ? [name] : texts;
  return basic.map((text) => {
    const cursor = new Cursor(lex(text, 0, text.length));
    const type = readTypeName(cursor, names);
    if (!cursor.ended) throw new Doubt(`${name} is no type name`);
    return { bytes: sizeOf(type), align: alignOf(type) };
  });
}
