import { type Dirent, readdirSync, statSync } from 'node:fs';
import { InputError } from './input-error.ts';
import { fileErrorText } from './read-input.ts';

const SKIPPED = new Set(['.git', '.svn', '.hg', 'node_modules']);

/**
 * The C files and headers under the given paths, in the order given and sorted within a folder; a path that is a file is
 * taken whatever its name. Links are not followed, so there are no loops.
 * @throws InputError for a path that cannot be read
 */
export function listSources(paths: readonly string[]): string[] {
  const files: string[] = [];
  for (const path of paths) {
    let isFolder: boolean;
    try {
      isFolder = statSync(path).isDirectory();
    } catch (error) {
      throw new InputError(`${path}: ${fileErrorText(error)}`);
    }
    if (isFolder) walk(path.length > 1 ? path.replace(/\/+$/, '') : path, files);
    else files.push(path);
  }
  return [...new Set(files)];
}

function walk(folder: string, files: string[]): void {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new InputError(`${folder}: ${fileErrorText(error)}`);
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const entry of entries) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name)) walk(path, files);
    } else if (entry.isFile() && /\.[ch]$/.test(entry.name)) files.push(path);
  }
}
