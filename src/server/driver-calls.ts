import type { Location } from 'vscode-languageserver-types';
import { DMA_APIS } from '../csource/calls/dma-apis.ts';
import { LineIndex } from '../rules/line-index.ts';
import { driverNames } from '../csource/driver-names.ts';
import type { FileAccess } from './file-access.ts';

/** Files that are looked for, and those of them that are read where no name of a file leads to the driver. */
const MOST_FILES = 50_000;
const MOST_READ = 2000;
/** So many places tell a reader enough. */
const MOST_PLACES = 500;

const NAMES = (family: 'streaming' | 'coherent'): string[] => [...DMA_APIS.values()].filter((api) => api.family === family).map(({ name }) => name);
/** Lists of pieces carry no size of their own; their mappings bounce like any other. */
const STREAMING = [...NAMES('streaming'), 'dma_map_sg', 'dma_map_sg_attrs', 'dma_map_sgtable', 'pci_map_sg', 'scsi_dma_map'];
const MAPPING = new RegExp(`\\b(?:${STREAMING.join('|')})(?=\\s{0,20}\\()`, 'g');
const ANY = new RegExp(`\\b(?:${[...STREAMING, ...NAMES('coherent')].join('|')})(?=\\s{0,20}\\()`, 'g');
const NO_CODE = /\/\*[^]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"|^[ \t]*#(?:[^\n\\]|\\[^])*/gm;

/**
 * Where a driver of the workspace asks for DMA: the files that register it by the name that a log prints, and where none of
 * those maps anything, the files beside them.
 */
export async function driverCalls(driver: string, files: FileAccess, cancelled: () => boolean): Promise<Location[]> {
  const all = (await files.find('**/*.c', MOST_FILES)).filter((uri) => uri.endsWith('.c'));
  const stem = folded(driver);
  // Most drivers lie in a file or a folder of their name.
  const near = all.filter((uri) => folded(uri).includes(stem));
  const far = all.filter((uri) => !folded(uri).includes(stem)).slice(0, MOST_READ);
  let registering: string[] = [];
  for (const group of [near, far]) {
    registering = await filter(group, files, cancelled, (uri, text) => text.includes(driver) || text.includes('KBUILD_MODNAME') ? driverNames(uri, text).has(driver) : false);
    if (registering.length > 0 || cancelled()) break;
  }
  const own = await callsOf(registering, files, cancelled);
  if (own.length > 0 || registering.length === 0) return own;
  const folders = new Set(registering.map(folderOf));
  return callsOf(all.filter((uri) => folders.has(folderOf(uri))), files, cancelled);
}

async function callsOf(uris: readonly string[], files: FileAccess, cancelled: () => boolean): Promise<Location[]> {
  const found: Location[] = [];
  await filter(uris, files, cancelled, (uri, text) => {
    const lines = new LineIndex(text);
    for (const { name, start } of callSites(text, ANY)) {
      if (found.length >= MOST_PLACES) break;
      const { line, column, endColumn } = lines.span(start, start + name.length);
      found.push({ uri, range: { start: { line: line - 1, character: column - 1 }, end: { line: line - 1, character: endColumn - 1 } } });
    }
    return false;
  });
  return found;
}

/** Those of the files whose text meets a condition. Nothing tells when a C file changes: its text is not kept. */
async function filter(uris: readonly string[], files: FileAccess, cancelled: () => boolean, meets: (uri: string, text: string) => boolean): Promise<string[]> {
  const found: string[] = [];
  for (const uri of uris) {
    if (cancelled()) break;
    const text = await files.read(uri);
    files.forget(uri);
    if (text !== undefined && meets(uri, text)) found.push(uri);
  }
  return found;
}

/** Offsets of the calls that map memory, scatterlists among them. */
export function mappingCalls(text: string): number[] {
  return callSites(text, MAPPING).map(({ start }) => start);
}

/** Calls of the names, outside of comments, strings and directives. */
function callSites(text: string, names: RegExp): { name: string; start: number }[] {
  const code = text.replace(NO_CODE, (part) => ' '.repeat(part.length));
  return [...code.matchAll(names)].slice(0, MOST_PLACES).map((match) => ({ name: match[0], start: match.index }));
}

function folded(text: string): string {
  return text.toLowerCase().replaceAll('-', '_');
}

function folderOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf('/') + 1);
}
