import type { TextDocument } from 'vscode-languageserver-textdocument';
import { type CParser, type CParserModules, createCParser } from '../csource/parse/c-parser.ts';
import type { PassingFunction } from '../csource/calls/passing-functions.ts';
import { mentionsContext, NO_CONTEXT } from '../csource/context/read-context.ts';
import { type HeaderText, loadHeaders } from '../csource/preprocess/collect-includes.ts';
import { IndexCache } from '../csource/preprocess/index-cache.ts';
import { type SourceScan, mentionsCalls, scanSource } from '../csource/scan-source.ts';
import type { FileAccess } from './file-access.ts';
import { SourceDocument } from './source-document.ts';
import { TreeHeaders } from './tree-headers.ts';
import { textKey } from './text-key.ts';

interface Entry {
  readonly version: number;
  readonly document: Promise<SourceDocument>;
}

/** What is kept of a file that is not open: enough to know whether it has to be scanned again, not its text. */
export interface FileScan {
  /** Of the text, of every header that it rests on, and of the configuration. */
  readonly key: string;
  readonly headers: readonly string[];
  readonly source: SourceScan;
}

/** More rounds of reading headers than any file's inclusions go deep. */
const MOST_ROUNDS = 60;
/** Characters of functions that stay parsed while a file is edited. */
const KEPT_FUNCTIONS = 1024 * 1024;

/** A file that calls nothing of interest. */
const NOTHING: FileScan = { key: '', headers: [], source: { calls: [], context: NO_CONTEXT } };

/** Scans of the open C documents, one a version; the parser is made when the first document calls for it. */
export class SourceService {
  readonly #files: FileAccess;
  readonly #entries = new Map<string, Entry>();
  readonly #cache = new IndexCache();
  readonly #trees: TreeHeaders;
  /** Functions that hand a size on, by the file that defines them: as the files were scanned so far. */
  readonly #passing = new Map<string, readonly PassingFunction[]>();
  readonly #passingChanged: (folder: string) => void;
  #modules: (() => Promise<CParserModules>) | undefined;
  #parser: Promise<CParser> | undefined;
  #config: ReadonlyMap<string, string> | undefined;
  /** How often a source changed in a folder whose sources were looked through together, by that folder. */
  readonly #sourceChanges = new Map<string, number>();
  /** Counts the configurations that there were, and the states of the kernel tree's headers. */
  #configs = 0;

  /** @param passingChanged hears of a folder whose files, and those below, may call what hands sizes on otherwise than before */
  constructor(files: FileAccess, passingChanged: (folder: string) => void) {
    this.#passingChanged = passingChanged;
    this.#files = files;
    this.#trees = new TreeHeaders(files);
  }

  set modules(modules: (() => Promise<CParserModules>) | undefined) {
    this.#modules = modules;
  }

  /** The kernel configuration that decides `#if`; a change of it makes every scan anew. */
  set config(config: ReadonlyMap<string, string> | undefined) {
    if (same(this.#config, config)) return;
    this.#config = config;
    this.#configs++;
    this.#entries.clear();
  }

  /** The scan of a document's present text. */
  scan(document: TextDocument): Promise<SourceDocument> {
    const known = this.#entries.get(document.uri);
    if (known?.version === document.version) return known.document;
    const entry: Entry = { version: document.version, document: this.#scan(document.uri, document.getText()) };
    this.#entries.set(document.uri, entry);
    return entry.document;
  }

  /**
   * The scan of a file that is no open document.
   * @param before its scan of some time ago: the same object is given back where nothing that it rests on has changed
   * @returns no document where the file calls nothing of interest
   */
  async scanFile(uri: string, text: string, before: FileScan | undefined): Promise<{ scan: FileScan; document?: SourceDocument }> {
    const passing = this.#passingIn(uri, text);
    if (!mentionsCalls(text, passing) && !mentionsContext(text)) {
      this.#learn(uri, []);
      return { scan: NOTHING };
    }
    const headers = await loadHeaders(uri, text, (path) => this.#files.read(path), this.#cache);
    const key = [this.#configs, this.#changesOver(uri), textKey(text), textKey(shapeOf(passing)), ...[...headers.values()].map((header) => textKey(header.text))].join(' ');
    if (before?.key === key) return { scan: before, document: new SourceDocument(text, before.source, headers) };
    const source = await this.#scanUnit(uri, text, headers, passing);
    return { scan: { key, headers: [...headers.keys()], source }, document: new SourceDocument(text, source, headers) };
  }

  close(uri: string): void {
    this.#entries.delete(uri);
  }

  /** Forgets the scans of open documents in a folder and below. @returns their URIs */
  forgetBelow(folder: string): string[] {
    const open = [...this.#entries.keys()].filter((uri) => uri.startsWith(`${folder}/`));
    for (const uri of open) this.#entries.delete(uri);
    return open;
  }

  /** A file is gone. */
  removed(uri: string): void {
    this.#learn(uri, []);
  }

  /**
   * Forgets the scans that rest on another C file: it stores in members of a struct that they see as well.
   * @returns their URIs, and the folders with all files that may rest on it
   */
  sourceChanged(uri: string): { readonly open: readonly string[]; readonly folders: readonly string[] } {
    this.#trees.changed(uri);
    const folders = this.#trees.lookedThroughOver(uri);
    for (const folder of folders) this.#sourceChanges.set(folder, (this.#sourceChanges.get(folder) ?? 0) + 1);
    const open = [...this.#entries.keys()].filter((each) => each !== uri && folders.some((folder) => each.startsWith(`${folder}/`)));
    for (const each of open) this.#entries.delete(each);
    return { open, folders };
  }

  /** Forgets the scans that rest on a header. @returns their URIs */
  async headerChanged(uri: string): Promise<string[]> {
    // Scans of files that are not open are told by the count.
    if (this.#trees.changed(uri)) this.#configs++;
    const stale: string[] = [];
    for (const [source, entry] of this.#entries) {
      const document = await entry.document.catch(() => undefined);
      // A header that was not there before may be the one that was missing: its name is all that tells.
      if (document && ([...document.headers.keys()].some((path) => path === uri) || uri.endsWith('.h'))) stale.push(source);
    }
    for (const source of stale) this.#entries.delete(source);
    return stale;
  }

  async #scan(uri: string, text: string): Promise<SourceDocument> {
    const passing = this.#passingIn(uri, text);
    if (!mentionsCalls(text, passing) && !mentionsContext(text)) {
      this.#learn(uri, []);
      return new SourceDocument(text, NOTHING.source, new Map());
    }
    const headers = await loadHeaders(uri, text, (path) => this.#files.read(path), this.#cache);
    return new SourceDocument(text, await this.#scanUnit(uri, text, headers, passing), headers);
  }

  async #scanUnit(uri: string, text: string, headers: ReadonlyMap<string, HeaderText>, passing: readonly PassingFunction[]): Promise<SourceScan> {
    const source = await this.#scanWithTree(uri, text, headers, passing);
    this.#learn(uri, source.passing ?? []);
    return source;
  }

  async #scanWithTree(uri: string, text: string, headers: ReadonlyMap<string, HeaderText>, passing: readonly PassingFunction[]): Promise<SourceScan> {
    const parser = await this.#cParser();
    const unit = { path: uri, text, headers, passing, cache: this.#cache, ...(this.#config ? { config: this.#config } : {}) };
    // Without a complete configuration of x86_64 a scan does not use the kernel's headers.
    const tree = this.#config?.get('CONFIG_X86_64') === 'y' ? await this.#trees.of(uri) : undefined;
    for (let round = 0; tree && round < MOST_ROUNDS; round++) {
      const scan = scanSource(parser, { ...unit, tree });
      if (!(await this.#trees.fetch(tree))) return scan;
    }
    return scanSource(parser, unit);
  }

  /** Functions of the file's folder and those above that hand a size on, and that a text names. */
  #passingIn(uri: string, text: string): PassingFunction[] {
    const found: PassingFunction[] = [];
    for (const [definedIn, functions] of this.#passing) {
      if (uri.startsWith(folderOf(definedIn))) found.push(...functions.filter(({ name }) => text.includes(name)));
    }
    return found;
  }

  #learn(uri: string, functions: readonly PassingFunction[]): void {
    const before = this.#passing.get(uri) ?? [];
    if (functions.length > 0) this.#passing.set(uri, functions);
    else this.#passing.delete(uri);
    // Where they stand moves with every edit; what they mean does not.
    if (shapeOf(before) !== shapeOf(functions)) this.#passingChanged(folderOf(uri).slice(0, -1));
  }

  #changesOver(uri: string): number {
    let sum = 0;
    for (const [folder, count] of this.#sourceChanges) if (uri.startsWith(`${folder}/`)) sum += count;
    return sum;
  }

  #cParser(): Promise<CParser> {
    if (!this.#modules) return Promise.reject(new Error('the C parser\'s WebAssembly was not given to the server'));
    this.#parser ??= this.#modules().then((modules) => createCParser(modules, KEPT_FUNCTIONS));
    return this.#parser;
  }
}

/** The folder of a file, with the `/` behind it. */
function folderOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf('/') + 1);
}

/** What functions that hand sizes on are, but for where they stand. */
function shapeOf(functions: readonly PassingFunction[]): string {
  return JSON.stringify(functions.map(({ at, ...shape }) => [at.path, shape]));
}

function same(a: ReadonlyMap<string, string> | undefined, b: ReadonlyMap<string, string> | undefined): boolean {
  if (!a || !b) return a === b;
  return a.size === b.size && [...a].every(([symbol, value]) => b.get(symbol) === value);
}
