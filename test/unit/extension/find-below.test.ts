import { describe, expect, it } from 'vitest';
import { type FolderEntry, findBelow } from '../../../src/extension/find-below.ts';

/** A file system of paths; every read of a folder is noted. */
function files(...paths: string[]): { list: (folder: string) => Promise<FolderEntry[]>; read: string[] } {
  const read: string[] = [];
  const list = (folder: string): Promise<FolderEntry[]> => {
    read.push(folder);
    const prefix = folder === '' ? '' : `${folder}/`;
    const rest = paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length));
    const entries = new Map(rest.map((path): FolderEntry => [path.split('/')[0] ?? '', path.includes('/')]));
    return Promise.resolve([...entries]);
  };
  return { list, read };
}

describe('a search of a file system that has none', () => {
  const { list, read } = files('a.c', 'a.h', 'x/b.c', 'x/y/z/c.c', 'build/d.c', '.git/objects/e.c', 'x/.hidden/f.c', 'x/skip.c');

  it('finds what matches in every folder', async () => {
    const found = await findBelow(list, '**/*.c', [], 100);
    expect(found.sort()).toEqual(['.git/objects/e.c', 'a.c', 'build/d.c', 'x/.hidden/f.c', 'x/b.c', 'x/skip.c', 'x/y/z/c.c']);
  });

  it('leaves out files and folders, and does not read what is left out', async () => {
    read.length = 0;
    const found = await findBelow(list, '**/*.c', ['**/.git', '**/build/**', '**/skip.c'], 100);
    expect(found.sort()).toEqual(['a.c', 'x/.hidden/f.c', 'x/b.c', 'x/y/z/c.c']);
    expect(read.sort()).toEqual(['', 'x', 'x/.hidden', 'x/y', 'x/y/z']);
  });

  it('ends at the most that is asked for', async () => {
    expect(await findBelow(list, '**/*.c', [], 2)).toHaveLength(2);
  });

  it('finds nothing where nothing can be read', async () => {
    expect(await findBelow(() => Promise.resolve([]), '**/*.c', [], 10)).toEqual([]);
  });
});
