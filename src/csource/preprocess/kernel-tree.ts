import { includedPath } from './collect-includes.ts';
import { CompileCommands } from './compile-commands.ts';
import { indexSource } from './source-index.ts';
import type { IncludeEvent, SourceIndex } from './source-index.ts';
import { typeKeys } from './type-keys.ts';

/** What a directory's Makefile tells the preprocessor. */
export interface BuildFlags {
  /** Directories of `-I`, in order. */
  readonly includes: readonly string[];
  /** Names that some `-D` or `-U` of the directory may set. */
  readonly defines: ReadonlySet<string>;
}

/** A C file that takes in another by `#include`, as far as it goes before it. */
export interface Taker {
  readonly index: SourceIndex;
  /** Of the `#include`. */
  readonly offset: number;
}

/** Headers that the build makes: never in a source tree, and what they define is not known here. */
const GENERATED = /^(?:generated\/|linux\/version\.h$|config\/|asm\/(?:unistd_\w+|syscalls_\w+|xen-hypercalls|cpufeaturemasks)\.h$)/;

/**
 * The headers of a kernel source tree, found as the kernel's own build for x86_64 finds them: LINUXINCLUDE of the top
 * Makefile, `ccflags-y` and `subdir-ccflags-y` of the directories, asm-generic behind asm (scripts/Makefile.asm-generic).
 * Reads on demand and keeps what it read; the caller owns it and may drop it at any time.
 */
export class KernelTree {
  readonly root: string;
  readonly #prefix: string;
  readonly #read: (path: string) => string | undefined;
  readonly #list: ((folder: string) => readonly string[]) | undefined;
  readonly #beside = new Map<string, readonly string[] | undefined>();
  readonly #lookedThrough = new Set<string>();
  readonly #includers = new Map<string, readonly string[]>();
  /** Texts of `Kbuild` and `Makefile`, by folder. */
  readonly #makefiles = new Map<string, string>();
  readonly #takers = new Map<string, readonly Taker[] | undefined>();
  #textsOf = '';
  readonly #texts = new Map<string, string | undefined>();
  readonly #headers = new Map<string, SourceIndex | undefined>();
  readonly #standardOf = new Map<string, SourceIndex | undefined>();
  readonly #flags = new Map<string, BuildFlags>();
  #commands: CompileCommands | undefined;
  readonly #macroPaths = new Map<string, string[]>();
  readonly #typePaths = new Map<string, string[]>();
  #resolved = new WeakMap<IncludeEvent, { readonly extra: readonly string[] | undefined; readonly index: SourceIndex | undefined }>();

  /**
   * @param root of the tree: the folder that holds `include` and `arch`; empty for the present one, without a `/` at its end
   * @param read gives a file's text, or undefined where there is none; paths have the form of `root`
   * @param list gives the names in a folder, those of folders with a `/` at their end; absent where folders cannot be listed
   */
  constructor(root: string, read: (path: string) => string | undefined, list?: (folder: string) => readonly string[]) {
    this.root = root;
    this.#prefix = root === '' ? '' : `${root}/`;
    this.#read = read;
    this.#list = list;
  }

  /** Whether a path is one of the kernel's own header directories. */
  isKernelHeader(path: string): boolean {
    return path.startsWith(`${this.#prefix}include/`) || path.startsWith(`${this.#prefix}arch/`);
  }

  holds(path: string): boolean {
    return path.startsWith(this.#prefix) && !path.startsWith('../');
  }

  /** A header by its path, indexed; undefined where there is none. */
  header(path: string): SourceIndex | undefined {
    if (this.#headers.has(path)) return this.#headers.get(path);
    const text = this.#read(path);
    const index = text === undefined ? undefined : indexSource(path, text);
    this.#headers.set(path, index);
    if (index) {
      for (const name of index.macros.names()) enter(this.#macroPaths, name, path);
      for (const key of typeKeys(index).keys()) enter(this.#typePaths, key, path);
    }
    return index;
  }

  /** Reads a file anew when it is asked for again: it has changed, has come or has gone. @returns whether it had been asked for */
  forget(path: string): boolean {
    this.#texts.clear();
    this.#beside.clear();
    this.#includers.clear();
    this.#takers.clear();
    this.#makefiles.clear();
    if (/(?:^|\/)(?:Kbuild|Makefile)$/.test(path)) this.#flags.clear();
    if (path === `${this.#prefix}compile_commands.json`) this.#commands = undefined;
    if (!this.#headers.delete(path)) return false;
    this.#standardOf.clear();
    this.#resolved = new WeakMap();
    return true;
  }

  /** Text of a file that is no header of the kernel. */
  text(path: string): string | undefined {
    if (!this.#texts.has(path)) this.#texts.set(path, this.#read(path));
    return this.#texts.get(path);
  }

  /** The C files and headers of a file's folder and those below; undefined where they cannot be listed, or are too many to look at. */
  sourcesBeside(path: string): readonly string[] | undefined {
    const folder = path.split('/').slice(0, -1).join('/');
    this.#lookedThrough.add(folder);
    if (!this.#beside.has(folder)) this.#beside.set(folder, this.#sourcesBelow(folder));
    // Texts of one driver are kept at a time.
    if (folder !== this.#textsOf) this.#texts.clear();
    this.#textsOf = folder;
    return this.#beside.get(folder);
  }

  /** The folders above a file for which `sourcesBeside` was ever asked. */
  lookedThroughOver(path: string): string[] {
    return [...this.#lookedThrough].filter((folder) => path.startsWith(`${folder}/`));
  }

  /** Of some files, those that include a header, by whatever path, or include what does, and the C files that these take in; with the header itself. */
  includersOf(header: string, among: readonly string[]): readonly string[] {
    const known = this.#includers.get(header);
    if (known) return known;
    const found = new Set([header]);
    for (const each of found) {
      const name = each.split('/').at(-1) ?? '';
      for (const path of among) {
        const text = found.has(path) ? '' : this.text(path) ?? '';
        for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
          if (/["/<]$/.test(text.slice(at - 1, at)) && /^[">]/.test(text[at + name.length] ?? '')) {
            found.add(path);
            break;
          }
        }
      }
      const text = this.text(each) ?? '';
      for (const [, part = ''] of text.includes('.c"') ? text.matchAll(TAKES) : []) {
        const path = includedPath(each, part);
        if (among.includes(path)) found.add(path);
      }
    }
    this.#includers.set(header, [...found]);
    return [...found];
  }

  /**
   * The C files that a C file is a part of, as `ehci-hcd.c` takes in `ehci-mem.c`: those of its folder and the one above.
   * @returns none where a Makefile names an object of it; undefined where it may be a part of files that are not known
   */
  takersOf(path: string): readonly Taker[] | undefined {
    if (!this.#takers.has(path)) this.#takers.set(path, this.#findTakers(path));
    return this.#takers.get(path);
  }

  #findTakers(path: string): readonly Taker[] | undefined {
    const [name = '', ...above] = path.split('/').reverse();
    const folders = above.map((_, at) => above.slice(at).reverse().join('/')).slice(0, MAX_ABOVE);
    const makefiles = folders.map((folder) => this.#makefilesOf(folder)).filter((text) => text !== '');
    const object = new RegExp(`(?<![\\w-])${name.slice(0, -1).replace(/[.+]/g, '\\$&')}o(?![\\w-])`);
    if (makefiles.length === 0 || makefiles.some((text) => object.test(text))) return [];
    if (!this.#list) return undefined;
    const found: Taker[] = [];
    for (const folder of folders.slice(0, 2)) {
      for (const each of this.#list(folder)) {
        const other = `${folder}/${each}`;
        if (!other.endsWith('.c') || other === path || this.#read(other)?.includes(`${name}"`) !== true) continue;
        const index = this.header(other);
        const event = index?.includes.find((include) => !include.angled && includedPath(other, include.path) === path);
        if (index && event) found.push({ index, offset: event.offset });
      }
    }
    return found.length > MAX_TAKERS ? undefined : found;
  }

  #makefilesOf(folder: string): string {
    let text = this.#makefiles.get(folder);
    if (text === undefined) this.#makefiles.set(folder, (text = ['Kbuild', 'Makefile'].map((name) => this.#read(`${folder}/${name}`) ?? '').join('')));
    return text;
  }

  #sourcesBelow(folder: string): readonly string[] | undefined {
    if (!this.#list) return undefined;
    const found: string[] = [];
    const folders = [folder];
    for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
      for (const name of this.#list(next)) {
        if (name.endsWith('/')) folders.push(`${next}/${name.slice(0, -1)}`);
        else if (/\.[ch]$/.test(name)) found.push(`${next}/${name}`);
      }
      if (found.length > MAX_BESIDE || folders.length > MAX_BESIDE) return undefined;
    }
    return found;
  }

  /** Headers read so far that define or undefine a macro. */
  macroPaths(name: string): readonly string[] {
    return this.#macroPaths.get(name) ?? [];
  }

  /** Headers read so far that define a type, by the keys of `typeKeys`. */
  typePaths(key: string): readonly string[] {
    return this.#typePaths.get(key) ?? [];
  }

  /** The header that an `#include` names in a file compiled with some flags. */
  resolve(includer: string, event: IncludeEvent, flags: BuildFlags): SourceIndex | 'generated' | undefined {
    const known = this.#resolved.get(event);
    if (known && (known.extra === undefined || known.extra === flags.includes)) return known.index;
    if (event.angled && GENERATED.test(event.path)) return 'generated';
    let index = event.angled ? undefined : this.header(includedPath(includer, event.path));
    index ??= this.#standard(event.path);
    const plain = index !== undefined;
    for (let at = 0; !index && at < flags.includes.length; at++) index = this.header(includedPath(`${flags.includes[at] ?? ''}/x`, event.path));
    this.#resolved.set(event, { extra: plain ? undefined : flags.includes, index });
    return index ?? (GENERATED.test(event.path) ? 'generated' : undefined);
  }

  #standard(wanted: string): SourceIndex | undefined {
    if (this.#standardOf.has(wanted)) return this.#standardOf.get(wanted);
    const folders = ['arch/x86/include', 'include', 'arch/x86/include/uapi', 'include/uapi'];
    const candidates = folders.map((folder) => `${folder}/${wanted}`);
    if (wanted.startsWith('asm/')) {
      const rest = `asm-generic/${wanted.slice(4)}`;
      candidates.push(`include/${rest}`, `include/uapi/${rest}`);
    }
    let found: SourceIndex | undefined;
    for (const candidate of candidates) {
      found = this.header(this.#prefix + candidate);
      if (found) break;
    }
    this.#standardOf.set(wanted, found);
    return found;
  }

  /** Headers that the compiler is told to read before any other (`-include`). */
  forced(): readonly SourceIndex[] {
    const found = this.header(`${this.#prefix}include/linux/compiler_types.h`);
    return found ? [found] : [];
  }

  /**
   * Flags for a file: those of its command in `compile_commands.json`, where the tree has one; else what the Makefiles say. A
   * folder without a Makefile is built from that of the next folder above.
   */
  flagsFor(path: string): BuildFlags {
    this.#commands ??= new CompileCommands(this.#read(`${this.#prefix}compile_commands.json`) ?? '');
    return (this.holds(path) ? this.#commands.flagsFor(path.slice(this.#prefix.length), this.root) : undefined) ?? this.#makefileFlags(path);
  }

  #makefileFlags(path: string): BuildFlags {
    const folder = path.split('/').slice(0, -1).join('/');
    const known = this.#flags.get(folder);
    if (known) return known;
    const includes: string[] = [];
    const defines = new Set<string>();
    let own = true;
    for (let at = folder; this.holds(`${at}/`) && at !== this.root && at !== ''; at = at.split('/').slice(0, -1).join('/')) {
      const makefile = this.#read(`${at}/Kbuild`) ?? this.#read(`${at}/Makefile`);
      if (makefile === undefined) continue;
      readMakefile(makefile, at, this.root, own, includes, defines);
      // One that names no objects to build is a part of one above, which takes it in: its folder has the flags of that.
      if (!OBJECTS.test(makefile)) continue;
      if (own) this.#readSiblings(makefile, at, folder, includes, defines);
      own = false;
    }
    const flags: BuildFlags = { includes, defines };
    this.#flags.set(folder, flags);
    return flags;
  }

  /** A folder may also be built from beside it: `obj-y += amd/amdgpu/`, whose Makefile takes in that of `amd/amdkfd`. */
  #readSiblings(makefile: string, at: string, folder: string, includes: string[], defines: Set<string>): void {
    const [first = '', ...rest] = folder.slice(at.length + 1).split('/');
    if (first === '' || rest.length === 0) return;
    for (const [, named = ''] of makefile.matchAll(/^[ \t]*obj-[^=\n]{1,80}=[ \t]*([\w./-]{1,200})\/[ \t]*$/gm)) {
      if (!named.startsWith(`${first}/`)) continue;
      const sibling = `${at}/${named}`;
      const text = this.#read(`${sibling}/Kbuild`) ?? this.#read(`${sibling}/Makefile`);
      if (text !== undefined && /^[ \t]*-?include[ \t]/m.test(text)) readMakefile(text, sibling, this.root, true, includes, defines);
    }
  }
}

/** Files of a driver that are looked through for what they store in a struct. */
const MAX_BESIDE = 250;
/** Folders whose Makefiles may name an object of a file. */
const MAX_ABOVE = 4;
const MAX_TAKERS = 16;

function enter(map: Map<string, string[]>, key: string, path: string): void {
  const list = map.get(key);
  if (list) list.push(path);
  else map.set(key, [path]);
}

/** A path of a Makefile, which is one of the tree's or absolute, with `.` and `..` taken out; the root may be a URI. */
function joinedTo(root: string, path: string): string {
  const inside = root === '' || path.startsWith(`${root}/`) ? path.slice(root === '' ? 0 : root.length + 1) : path;
  if (inside.startsWith('/')) return includedPath('/x', inside.replace(/^\/+/, ''));
  const joined = includedPath('x', inside);
  return root === '' ? joined : `${root}/${joined}`;
}

/** One C file that takes in another. */
const TAKES = /^[ \t]*#[ \t]*include[ \t]*"([^"\n]{1,200}\.c)"/gm;
const OBJECTS = /^[ \t]*(?:obj|lib|subdir|hostprogs|targets|always)-[\w$(){}-]+[ \t]*[:+]?=/m;
const VARIABLE = /^\s*([A-Za-z_][\w-]*)\s*[:?]?=\s*(.*)$/;

function readMakefile(text: string, folder: string, root: string, own: boolean, includes: string[], defines: Set<string>): void {
  const variables = new Map([['src', folder], ['obj', folder], ['srctree', root === '' ? '.' : root], ['objtree', root === '' ? '.' : root]]);
  const substitute = (value: string): string => {
    let now = value;
    for (let times = 0; times < 5 && now.includes('$('); times++) now = now.replace(/\$\(([\w-]+)\)/g, (whole, name: string) => variables.get(name) ?? whole);
    return now;
  };
  for (const line of text.replace(/\\\r?\n/g, ' ').split('\n').slice(0, 5000)) {
    const code = line.replace(/(^|\s)#.*$/, '');
    for (const [, name] of code.matchAll(/-[DU]\s*([A-Za-z_]\w*)/g)) defines.add(name ?? '');
    const assigned = VARIABLE.exec(code);
    if (assigned && !/^(?:subdir-)?(?:ccflags|asflags)|CFLAGS/.test(assigned[1] ?? '') && (assigned[2] ?? '').length < 400) variables.set(assigned[1] ?? '', substitute(assigned[2] ?? '').trim());
    if (!own && !/^\s*subdir-ccflags/.test(code)) continue;
    for (const [, path] of code.matchAll(/-I\s*([^\s]+)/g)) {
      const substituted = substitute(path ?? '').replaceAll(`${root}/${root}/`, `${root}/`);
      if (substituted.includes('$')) continue;
      const joined = joinedTo(root, substituted);
      if (!includes.includes(joined)) includes.push(joined);
    }
  }
}
