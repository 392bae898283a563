import type { TextDocument } from 'vscode-languageserver-textdocument';
import { type CParser, type CParserModules, createCParser } from '../csource/parse/c-parser.ts';
import { mentionsDmaApi } from '../csource/calls/dma-apis.ts';
import { loadHeaders } from '../csource/preprocess/collect-includes.ts';
import type { IndexCache } from '../csource/preprocess/translation-unit.ts';
import { scanSource } from '../csource/scan-source.ts';
import type { FileAccess } from './file-access.ts';
import { SourceDocument } from './source-document.ts';

interface Entry {
  readonly version: number;
  readonly document: Promise<SourceDocument>;
}

/** Scans of the open C documents, one a version; the parser is made when the first document calls for it. */
export class SourceService {
  readonly #files: FileAccess;
  readonly #entries = new Map<string, Entry>();
  readonly #cache: IndexCache = new Map();
  #modules: (() => Promise<CParserModules>) | undefined;
  #parser: Promise<CParser> | undefined;
  #config: ReadonlyMap<string, string> | undefined;

  constructor(files: FileAccess) {
    this.#files = files;
  }

  set modules(modules: (() => Promise<CParserModules>) | undefined) {
    this.#modules = modules;
  }

  /** The kernel configuration that decides `#if`; a change of it makes every scan anew. */
  set config(config: ReadonlyMap<string, string> | undefined) {
    this.#config = config;
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

  close(uri: string): void {
    this.#entries.delete(uri);
  }

  /** Forgets the scans that rest on a header. @returns their URIs */
  async headerChanged(uri: string): Promise<string[]> {
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
    if (!mentionsDmaApi(text)) return new SourceDocument(text, { calls: [] }, new Map());
    const headers = await loadHeaders(uri, text, (path) => this.#files.read(path));
    const parser = await this.#cParser();
    const scan = scanSource(parser, { path: uri, text, headers, cache: this.#cache, ...(this.#config ? { config: this.#config } : {}) });
    return new SourceDocument(text, scan, headers);
  }

  #cParser(): Promise<CParser> {
    if (!this.#modules) return Promise.reject(new Error('the C parser\'s WebAssembly was not given to the server'));
    this.#parser ??= this.#modules().then(createCParser);
    return this.#parser;
  }
}
