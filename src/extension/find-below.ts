import picomatch from 'picomatch';

/** An entry of a folder: its name, and whether it is a folder itself. */
export type FolderEntry = readonly [name: string, folder: boolean];

/** Folders that may wait to be read at a time: more is a file system that has no end. */
const MOST_WAITING = 100_000;

/**
 * The files below a folder that match a glob, found by reading one folder after the other: for file systems that cannot be searched.
 * @param list gives a folder's entries by its path from the top, empty for the top; a folder that cannot be read has none
 * @param exclude globs of files and folders that are left out
 * @param max files, after which the search ends
 * @returns paths from the top, with `/` between names
 */
export async function findBelow(list: (path: string) => Promise<readonly FolderEntry[]>, glob: string, exclude: readonly string[], max: number): Promise<string[]> {
  const wanted = picomatch(glob, { dot: true });
  const left = exclude.length > 0 ? picomatch([...exclude], { dot: true }) : () => false;
  const found: string[] = [];
  const waiting = [''];
  for (let folder = waiting.pop(); folder !== undefined && found.length < max && waiting.length < MOST_WAITING; folder = waiting.pop()) {
    for (const [name, isFolder] of await list(folder)) {
      const path = folder === '' ? name : `${folder}/${name}`;
      if (left(path)) continue;
      // A glob that leaves out all that is in a folder leaves out the folder.
      if (isFolder && !left(`${path}/\u0001`)) waiting.push(path);
      else if (!isFolder && wanted(path)) found.push(path);
    }
  }
  return found.slice(0, max);
}
