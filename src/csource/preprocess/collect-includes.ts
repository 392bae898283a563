import { IndexCache } from './index-cache.ts';

/** A header as read: `path` is the name it was read under, in the same form as the including file's. */
export interface HeaderText {
  readonly path: string;
  readonly text: string;
}

const MAX_DEPTH = 30;
const MAX_HEADERS = 600;
const MAX_CHARACTERS = 64 * 1024 * 1024;

/**
 * Finds the local headers of a file (`#include "x.h"`, as every C compiler looks for them first: beside the including
 * file) and theirs, whatever `#if` they stand under. Depth, count and total size are bounded; loops end.
 * @param path of the file, with `/` between folders; headers get paths of the same form
 * @param read gives a file's text, or undefined where there is none
 * @param cache of indexes, to find the includes in; what is indexed here is not indexed again by a scan with the same cache
 * @returns by normalised path
 */
export async function loadHeaders(
  path: string,
  text: string,
  read: (candidatePath: string) => Promise<string | undefined>,
  cache = new IndexCache(),
): Promise<ReadonlyMap<string, HeaderText>> {
  const headers = new Map<string, HeaderText>();
  const missing = new Set<string>();
  let characters = 0;
  let files: readonly HeaderText[] = [{ path, text }];
  for (let depth = 0; depth < MAX_DEPTH && files.length > 0; depth++) {
    const next: HeaderText[] = [];
    for (const file of files) {
      for (const wanted of localIncludes(file, cache)) {
        const candidate = includedPath(file.path, wanted);
        if (candidate === path || headers.has(candidate) || missing.has(candidate)) continue;
        if (headers.size >= MAX_HEADERS || characters > MAX_CHARACTERS) return headers;
        const found = await read(candidate);
        if (found === undefined) {
          missing.add(candidate);
          continue;
        }
        const header = { path: candidate, text: found };
        headers.set(candidate, header);
        characters += found.length;
        next.push(header);
      }
    }
    files = next;
  }
  return headers;
}

/** The header that an `#include "…"` in `includer` names, if it was loaded. */
export function resolveInclude(includer: string, wanted: string, headers: ReadonlyMap<string, HeaderText>): HeaderText | undefined {
  return headers.get(includedPath(includer, wanted));
}

function localIncludes({ path, text }: HeaderText, cache: IndexCache): string[] {
  // Cheap first: most headers include no local one.
  if (!/^[ \t]*#[ \t]*include[ \t]*"/m.test(text)) return [];
  return cache.of(path, text).includes.filter((event) => !event.angled).map((event) => event.path);
}

/** Joins an include to the folder of the file it stands in and takes `.` and `..` out. Absolute paths stay. */
export function includedPath(includer: string, wanted: string): string {
  if (wanted.startsWith('/')) return wanted;
  const parts = includer.split('/').slice(0, -1);
  for (const part of wanted.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..' && parts.at(-1) !== '') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}
