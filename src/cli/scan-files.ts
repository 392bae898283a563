import { readFileSync } from 'node:fs';
import type { Platform } from '../core/platform/platform.ts';
import { mentionsDmaApi } from '../csource/calls/dma-apis.ts';
import { type CParser, createCParser } from '../csource/parse/c-parser.ts';
import { loadHeaders } from '../csource/preprocess/collect-includes.ts';
import { BoundedMap } from '../csource/preprocess/bounded-map.ts';
import { IndexCache } from '../csource/preprocess/index-cache.ts';
import { scanSource } from '../csource/scan-source.ts';
import { type ScanRecord, scanRecord } from '../render/scan-record.ts';
import { type PlatformLimits, limitsOf } from '../rules/check-call.ts';
import { checkSource } from '../rules/check-source.ts';
import { KernelTrees } from './kernel-trees.ts';
import { parserFiles } from './parser-files.ts';
import { fileErrorText } from './read-input.ts';

export interface ScanResult {
  readonly records: readonly ScanRecord[];
  /** Files that could not be read, with the reason. */
  readonly unread: readonly string[];
}

/** Characters of the header texts that are kept: those of the folders that were scanned last. */
const MAX_HEADER_CHARACTERS = 24 * 1024 * 1024;

/** Scans files, share after share; the parser, the headers and the indexes of a kernel tree are kept between shares. */
export class FileScanner {
  readonly #parser: CParser;
  readonly #limits: PlatformLimits;
  readonly #config: ReadonlyMap<string, string> | undefined;
  readonly #headerTexts = new BoundedMap<string, string | undefined>(MAX_HEADER_CHARACTERS);
  readonly #cache = new IndexCache();
  readonly #trees: KernelTrees | undefined;

  private constructor(parser: CParser, platform: Platform, config: ReadonlyMap<string, string> | undefined) {
    this.#parser = parser;
    this.#limits = limitsOf(platform);
    this.#config = config;
    // What the tree keeps of a header is its index, which holds the text.
    this.#trees = config ? new KernelTrees(readOptional) : undefined;
  }

  /** @param config a complete kernel configuration, where one is known */
  static async create(platform: Platform, config: ReadonlyMap<string, string> | undefined): Promise<FileScanner> {
    return new FileScanner(await createCParser(parserFiles()), platform, config);
  }

  async scan(files: readonly string[]): Promise<ScanResult> {
    const records: ScanRecord[] = [];
    const unread: string[] = [];
    for (const file of files) {
      try {
        records.push(...await this.#scanFile(file, readFileSync(file)));
      } catch (error) {
        if (!(error instanceof Error && 'code' in error)) throw error;
        unread.push(`${file}: ${fileErrorText(error)}`);
      }
    }
    return { records, unread };
  }

  dispose(): void {
    this.#parser.dispose();
  }

  async #scanFile(file: string, bytes: Buffer): Promise<ScanRecord[]> {
    // Most files call nothing: look before decoding.
    if (!mentionsDmaApi(bytes.toString('latin1'))) return [];
    const text = bytes.toString('utf8');
    const place = this.#trees?.of(file);
    const path = place?.path ?? file;
    const headers = await loadHeaders(path, text, (wanted) => Promise.resolve(this.#header(wanted)), this.#cache);
    const scan = scanSource(this.#parser, {
      path, text, headers, cache: this.#cache, ...(this.#config ? { config: this.#config } : {}), ...(place ? { tree: place.tree } : {}),
    });
    return checkSource(scan, text, this.#limits).map((checked) => scanRecord(file, checked));
  }

  #header(path: string): string | undefined {
    if (this.#headerTexts.has(path)) return this.#headerTexts.get(path);
    const text = readOptional(path);
    this.#headerTexts.set(path, text, 200 + (text?.length ?? 0));
    return text;
  }
}

/** A file's text, or undefined where there is none. */
export function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // a header that is not there is left unknown by the scan
  }
}
