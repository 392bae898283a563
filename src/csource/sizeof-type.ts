import { Doubt } from './evaluate/doubt.ts';
import { Cursor } from './parse/cursor.ts';
import { lex } from './parse/lexer.ts';
import { includedPath, loadHeaders } from './preprocess/collect-includes.ts';
import { NO_ARCHITECTURE } from './preprocess/architecture.ts';
import { decideBy } from './preprocess/condition.ts';
import { IndexCache } from './preprocess/index-cache.ts';
import { kernelConfig } from './preprocess/kernel-config.ts';
import type { KernelTree } from './preprocess/kernel-tree.ts';
import { TranslationUnit } from './preprocess/translation-unit.ts';
import { forEachWorld } from './preprocess/world.ts';
import type { World } from './preprocess/world.ts';
import { alignOf, sizeOf } from './types/layout.ts';
import { Names } from './types/names.ts';
import { UnitMemo } from './types/unit-memo.ts';
import { readTypeName } from './types/read-type.ts';
import type { SourceUnit } from './scan-source.ts';

/** Size and alignment of a type in bytes, or why they are not known. */
export type TypeSize = { readonly bytes: number; readonly align: number } | { readonly why: string };

/** The files around one that is asked about, by paths of the same form. */
export interface SourceAccess {
  /** Undefined where there is no such file. */
  read(path: string): string | undefined;
  /** Names of the C files and headers in a folder. */
  sources(folder: string): readonly string[];
  readonly config?: ReadonlyMap<string, string>;
  readonly tree?: KernelTree;
  readonly cache?: IndexCache;
}

const KINDS = ['struct', 'union', 'enum', 'typedef'] as const;
/** Readers that are tried, and headers on the way to them: bounds on work. */
const MAX_USERS = 4;
const MAX_HEADERS = 6;

/**
 * `sizeof` of types as a file sees them. A header is read as the C files around it read it that include it, themselves or through
 * other headers; by itself where there are none; and as those headers read it.
 * @param names type names (`struct x`, `u32[4]`), or a tag alone
 */
export async function sizeofTypes(file: string, names: readonly string[], access: SourceAccess): Promise<TypeSize[]> {
  const own = access.read(file);
  if (own === undefined) return names.map(() => ({ why: `${file} could not be read` }));
  const results = new Map<string, TypeSize>();
  for (const main of readersOf(file, access)) {
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

/** The files as which a file is read, in order: each is looked for when those before have not told enough. */
function* readersOf(file: string, access: SourceAccess): Generator<string> {
  if (!file.endsWith('.h')) {
    yield file;
    return;
  }
  // The kernel's own headers stand for themselves, most of them; who includes them is all over the tree.
  const own = access.tree?.isKernelHeader(file) === true;
  if (own) yield file;
  const headers = [file];
  let users = 0;
  for (let at = 0; at < headers.length && at < MAX_HEADERS && users < MAX_USERS; at++) {
    for (const path of includersOf(headers[at] ?? file, access)) {
      if (path.endsWith('.h')) {
        if (!headers.includes(path)) headers.push(path);
      } else if (users++ < MAX_USERS) yield path;
    }
  }
  if (!own) yield file;
  yield* headers.slice(1, MAX_USERS + 1);
}

/** Files that include a header: in its folder, or else in the nearest of the two above that holds any. */
function includersOf(header: string, access: SourceAccess): string[] {
  const base = header.slice(header.lastIndexOf('/') + 1);
  let folder = header;
  for (let level = 0; level < 3 && folder.includes('/'); level++) {
    folder = folder.slice(0, folder.lastIndexOf('/'));
    const found: string[] = [];
    for (const name of access.sources(folder)) {
      const path = `${folder}/${name}`;
      const text = path === header ? undefined : access.read(path);
      if (text?.includes(base) === true && includes(path, text, header, access)) found.push(path);
    }
    if (found.length > 0) return found;
  }
  return [];
}

function includes(path: string, text: string, header: string, { tree, cache = new IndexCache() }: SourceAccess): boolean {
  const { includes: events } = cache.of(path, text);
  return events.some((event) => {
    if (!event.path.endsWith(header.slice(header.lastIndexOf('/') + 1))) return false;
    if (!event.angled && includedPath(path, event.path) === header) return true;
    const found = tree?.resolve(path, event, tree.flagsFor(path));
    return typeof found === 'object' && found.path === header;
  });
}

/** `sizeof` of types by name in one unit; each as {@link sizeofTypes}. */
function sizesIn(unit: SourceUnit, names: readonly string[]): TypeSize[] {
  const config = kernelConfig(unit.config);
  if (!config.architecture) return names.map(() => ({ why: NO_ARCHITECTURE }));
  const cache = unit.cache ?? new IndexCache();
  const tree = unit.config?.get('CONFIG_X86_64') === 'y' ? unit.tree : undefined;
  const translation = new TranslationUnit(cache.of(unit.path, unit.text), unit.headers, cache, decideBy(config), tree, tree?.takersOf(unit.path)?.[0]);
  const memo = new UnitMemo();
  return names.map((name) => {
    const found: { bytes: number; align: number }[] = [];
    try {
      forEachWorld((world) => {
        const seen = new Names(translation, world, config, memo);
        found.push(...seen.look(() => sizesOf(name, translation, seen, world)));
      });
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
    ? KINDS.filter((kind) => unit.typesNamed(`${kind} ${name}`, false).some(({ instance, event }) => unit.isActive(instance, event.condition, world)) && (kind !== 'typedef' || names.typedefNamed(name) !== undefined)).map((kind) => (kind === 'typedef' ? name : `${kind} ${name}`))
    : [name];
  const basic = texts.length === 0 ? [name] : texts;
  return basic.map((text) => {
    const cursor = new Cursor(lex(text, 0, text.length));
    const type = readTypeName(cursor, names);
    if (!cursor.ended) throw new Doubt(`${name} is no type name`);
    return { bytes: sizeOf(type, names.abi), align: alignOf(type, names.abi) };
  });
}
