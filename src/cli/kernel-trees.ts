import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { KernelTree } from '../csource/preprocess/kernel-tree.ts';

/** A file with the kernel tree around it; `path` and the tree's paths have the same form. */
export interface InTree {
  readonly path: string;
  readonly tree: KernelTree;
}

/** The kernel source trees that files belong to, found from their folders upwards. */
export class KernelTrees {
  readonly #roots = new Map<string, string | undefined>();
  readonly #trees = new Map<string, KernelTree>();
  readonly #read: (path: string) => string | undefined;

  /** @param read gives a file's text, or undefined where there is none */
  constructor(read: (path: string) => string | undefined) {
    this.#read = read;
  }

  /** @returns undefined where no folder above holds a kernel tree */
  of(file: string): InTree | undefined {
    const full = resolve(file);
    const root = this.#rootAbove(dirname(full));
    if (root === undefined) return undefined;
    const here = process.cwd();
    const short = !isAbsolute(file) && !relative(here, root).startsWith('..');
    const name = short ? relative(here, root) : root;
    let tree = this.#trees.get(name);
    if (!tree) this.#trees.set(name, (tree = new KernelTree(name, this.#read, listFolder)));
    return { path: short ? relative(here, full) : full, tree };
  }

  #rootAbove(folder: string): string | undefined {
    if (this.#roots.has(folder)) return this.#roots.get(folder);
    const above = dirname(folder);
    const root = isKernelTree(folder) ? folder : above === folder ? undefined : this.#rootAbove(above);
    this.#roots.set(folder, root);
    return root;
  }
}

/** Names in a folder, those of folders with a `/` at their end; none where it cannot be read. */
function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name));
  } catch {
    return []; // what cannot be read has no sources to look at
  }
}

function isKernelTree(folder: string): boolean {
  if (!existsSync(`${folder}/Kbuild`) || !existsSync(`${folder}/include/linux`)) return false;
  try {
    return /^PATCHLEVEL[ \t]*=/m.test(readFileSync(`${folder}/Makefile`, 'latin1'));
  } catch {
    return false; // a Makefile that cannot be read makes no tree
  }
}
