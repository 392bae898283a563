import { readFileSync } from 'node:fs';
import type { Platform } from '../core/platform/platform.ts';
import { mentionsDmaApi } from '../csource/calls/dma-apis.ts';
import { createCParser } from '../csource/parse/c-parser.ts';
import { loadHeaders } from '../csource/preprocess/collect-includes.ts';
import type { IndexCache } from '../csource/preprocess/translation-unit.ts';
import { scanSource } from '../csource/scan-source.ts';
import { type ScanRecord, scanRecord } from '../render/scan-record.ts';
import { limitsOf } from '../rules/check-call.ts';
import { checkSource } from '../rules/check-source.ts';
import { KernelTrees } from './kernel-trees.ts';
import { parserFiles } from './parser-files.ts';
import { fileErrorText } from './read-input.ts';

export interface ScanResult {
  readonly records: readonly ScanRecord[];
  /** Files that could not be read, with the reason. */
  readonly unread: readonly string[];
}

/** Scans files one after the other. Headers are read once for all of them. */
export async function scanFiles(files: readonly string[], platform: Platform, config?: ReadonlyMap<string, string>): Promise<ScanResult> {
  const parser = await createCParser(parserFiles());
  const limits = limitsOf(platform);
  const headerTexts = new Map<string, string | undefined>();
  const readHeader = (path: string): string | undefined => {
    if (!headerTexts.has(path)) headerTexts.set(path, readOptional(path));
    return headerTexts.get(path);
  };
  // What the tree keeps of a header is its index, which holds the text.
  const trees = config ? new KernelTrees(readOptional) : undefined;
  const cache: IndexCache = new Map();
  const records: ScanRecord[] = [];
  const unread: string[] = [];
  for (const file of files) {
    let bytes: Buffer;
    try {
      bytes = readFileSync(file);
    } catch (error) {
      unread.push(`${file}: ${fileErrorText(error)}`);
      continue;
    }
    // Most files call nothing: look before decoding.
    if (!mentionsDmaApi(bytes.toString('latin1'))) continue;
    const text = bytes.toString('utf8');
    const place = trees?.of(file);
    const path = place?.path ?? file;
    const headers = await loadHeaders(path, text, (wanted) => Promise.resolve(readHeader(wanted)));
    const scan = scanSource(parser, { path, text, headers, cache, ...(config ? { config } : {}), ...(place ? { tree: place.tree } : {}) });
    for (const checked of checkSource(scan, text, limits)) records.push(scanRecord(file, checked));
  }
  parser.dispose();
  return { records, unread };
}

/** A file's text, or undefined where there is none. */
export function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined; // a header that is not there is left unknown by the scan
  }
}
