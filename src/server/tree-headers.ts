import { KernelTree } from '../csource/preprocess/kernel-tree.ts';
import type { FileAccess } from './file-access.ts';

/** Folders looked at above a file. */
const MOST_LEVELS = 64;

/**
 * The kernel trees that files belong to, as the command line finds them: by the folders above. A tree asks for one header after
 * the other and cannot wait; what only the client can read is noted, to be fetched before the next attempt.
 */
export class TreeHeaders {
  readonly #files: FileAccess;
  readonly #roots = new Map<string, Promise<string | undefined>>();
  readonly #trees = new Map<string, KernelTree>();
  readonly #wanted = new Set<string>();
  readonly #wantedFolders = new Set<string>();

  constructor(files: FileAccess) {
    this.#files = files;
  }

  /** @returns undefined where no folder above holds a kernel tree */
  async of(uri: string): Promise<KernelTree | undefined> {
    const root = await this.#rootAbove(folderOf(uri), MOST_LEVELS);
    if (root === undefined) return undefined;
    let tree = this.#trees.get(root);
    if (!tree) this.#trees.set(root, (tree = new KernelTree(root, (path) => this.#read(path), (folder) => this.#list(folder))));
    return tree;
  }

  /** Fetches what the tree asked for in vain. @returns whether there was anything: what was worked out is worked out again then */
  async fetch(tree: KernelTree): Promise<boolean> {
    if (this.#wanted.size === 0 && this.#wantedFolders.size === 0) return false;
    const wanted = [...this.#wanted];
    const folders = [...this.#wantedFolders];
    this.#wanted.clear();
    this.#wantedFolders.clear();
    // Before anything else runs: another scan asks for them again rather than taking them for missing.
    for (const uri of [...wanted, ...folders]) tree.forget(uri);
    await Promise.all([...wanted.map((uri) => this.#files.read(uri)), ...folders.map((uri) => this.#files.list(uri))]);
    return true;
  }

  /** Takes note of a file that has changed. @returns whether a tree had read it, or missed it */
  changed(uri: string): boolean {
    if (/\/(?:Kbuild|Makefile)$/.test(uri)) this.#roots.clear();
    return [...this.#trees.values()].map((tree) => tree.forget(uri)).includes(true);
  }

  /** The folders whose sources were looked through for what a struct's members hold, that are above a file: what it holds counts for all there. */
  lookedThroughOver(uri: string): string[] {
    return [...this.#trees.values()].flatMap((tree) => tree.lookedThroughOver(uri));
  }

  #list(uri: string): readonly string[] {
    const names = this.#files.listNow(uri);
    if (names !== null) return names;
    this.#wantedFolders.add(uri);
    return [];
  }

  #read(uri: string): string | undefined {
    const text = this.#files.readNow(uri);
    if (text !== null) return text;
    this.#wanted.add(uri);
    return undefined;
  }

  #rootAbove(folder: string, levels: number): Promise<string | undefined> {
    let root = this.#roots.get(folder);
    if (!root) this.#roots.set(folder, (root = this.#findRoot(folder, levels)));
    return root;
  }

  async #findRoot(folder: string, levels: number): Promise<string | undefined> {
    if (await this.#isTree(folder)) return folder;
    const above = folderOf(folder);
    // The scheme and authority of a URI are no folders.
    return levels === 0 || /^[^:]*:\/*$/.test(above) || above.length >= folder.length || above === '' ? undefined : this.#rootAbove(above, levels - 1);
  }

  async #isTree(folder: string): Promise<boolean> {
    for (const name of ['Kbuild', 'include/linux/kernel.h']) if ((await this.#files.read(`${folder}/${name}`)) === undefined) return false;
    return /^PATCHLEVEL[ \t]*=/m.test((await this.#files.read(`${folder}/Makefile`)) ?? '');
  }
}

function folderOf(uri: string): string {
  return uri.slice(0, uri.lastIndexOf('/'));
}
