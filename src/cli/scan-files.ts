import { readFileSync } from 'node:fs';
import type { PassingFunction } from '../csource/calls/passing-functions.ts';
import { type CParser, createCParser } from '../csource/parse/c-parser.ts';
import { type HeaderText, loadHeaders } from '../csource/preprocess/collect-includes.ts';
import { BoundedMap } from '../csource/preprocess/bounded-map.ts';
import { IndexCache } from '../csource/preprocess/index-cache.ts';
import { type SourceScan, mentionsCalls, scanSource } from '../csource/scan-source.ts';
import { type FileRecords, fileRecords } from '../render/scan-record.ts';
import type { PlatformLimits } from '../rules/platform-limits.ts';
import { checkSource } from '../rules/check-source.ts';
import { KernelTrees } from './kernel-trees.ts';
import type { FilePassing } from './passing-callers.ts';
import { SourceSieve } from './source-sieve.ts';
import { parserFiles } from './parser-files.ts';
import { fileErrorText } from './read-input.ts';

export interface ScanResult extends FileRecords {
  /** Files that could not be read, with the reason. */
  readonly unread: readonly string[];
  /** Functions that hand a size on, whose callers stand in other files. */
  readonly passing: readonly FilePassing[];
}

/** Files to scan. */
export interface ScanShare {
  readonly files: readonly string[];
  /** By file: functions of other files that hand a size on. Of these files only those that call one of them are scanned. */
  readonly passing?: readonly (readonly PassingFunction[])[];
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
  readonly #sieve = new SourceSieve();

  private constructor(parser: CParser, limits: PlatformLimits, config: ReadonlyMap<string, string> | undefined) {
    this.#parser = parser;
    this.#limits = limits;
    this.#config = config;
    // What the tree keeps of a header is its index, which holds the text.
    this.#trees = config ? new KernelTrees(readOptional) : undefined;
  }

  /** @param config a complete kernel configuration, where one is known */
  static async create(limits: PlatformLimits, config: ReadonlyMap<string, string> | undefined): Promise<FileScanner> {
    return new FileScanner(await createCParser(parserFiles()), limits, config);
  }

  async scan({ files, passing }: ScanShare): Promise<ScanResult> {
    const parts: FileRecords[] = [];
    const found: FilePassing[] = [];
    const unread: string[] = [];
    for (const [at, file] of files.entries()) {
      try {
        const called = passing?.[at];
        const text = called ? textWithAny(file, called) : this.#sieve.read(file);
        if (text === undefined) continue;
        const scan = await this.scanText(file, text, called);
        parts.push(fileRecords(file, checkSource(scan, text, this.#limits)));
        if (scan.passing) found.push({ file, functions: scan.passing });
      } catch (error) {
        if (!(error instanceof Error && 'code' in error)) throw error;
        unread.push(`${file}: ${fileErrorText(error)}`);
      }
    }
    return { calls: parts.flatMap(({ calls }) => calls), others: parts.flatMap(({ others }) => others), unread, passing: found };
  }

  dispose(): void {
    this.#parser.dispose();
  }

  /** The calls of one file's text, and what surrounds them. */
  async scanText(file: string, text: string, passing?: readonly PassingFunction[]): Promise<SourceScan> {
    const place = this.#trees?.of(file);
    const path = place?.path ?? file;
    // What surrounds calls shows in the file itself.
    const headers = mentionsCalls(text, passing) ? await loadHeaders(path, text, (wanted) => Promise.resolve(this.#header(wanted)), this.#cache) : new Map<string, HeaderText>();
    return scanSource(this.#parser, {
      path, text, headers, cache: this.#cache, ...(this.#config ? { config: this.#config } : {}), ...(place ? { tree: place.tree } : {}), ...(passing ? { passing } : {}),
    });
  }

  #header(path: string): string | undefined {
    if (this.#headerTexts.has(path)) return this.#headerTexts.get(path);
    const text = readOptional(path);
    this.#headerTexts.set(path, text, 200 + (text?.length ?? 0));
    return text;
  }
}

/**
 * The text of a file that names one of some functions.
 * @throws what `node:fs` throws
 */
function textWithAny(file: string, functions: readonly PassingFunction[]): string | undefined {
  const bytes = readFileSync(file);
  return functions.some(({ name }) => bytes.includes(name)) ? bytes.toString('utf8') : undefined;
}

/** A file's text, or undefined where there is none. */
export function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // a header that is not there is left unknown by the scan
  }
}
