import { includedPath } from './collect-includes.ts';
import type { BuildFlags } from './kernel-tree.ts';

interface Command {
  /** As given: absolute, or relative to the directory. */
  readonly file: string;
  readonly directory: string;
  readonly words: () => readonly string[];
}

/** The commands of a `compile_commands.json` (JSON Compilation Database), by the file that each compiles. */
export class CompileCommands {
  readonly #byName = new Map<string, Command[]>();

  /** @param text of the file; one that is no such list gives no commands */
  constructor(text: string) {
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      return; // half written, or something else by this name
    }
    if (!Array.isArray(parsed)) return;
    for (const entry of parsed as unknown[]) {
      const command = commandOf(entry);
      if (!command) continue;
      const name = command.file.slice(command.file.lastIndexOf('/') + 1);
      const known = this.#byName.get(name);
      if (known) known.push(command);
      else this.#byName.set(name, [command]);
    }
  }

  /**
   * What the command of a file tells the preprocessor.
   * @param path of the file below the folder of the sources
   * @param root of the sources, in the form that the folders shall have
   * @returns undefined where no command compiles the file
   */
  flagsFor(path: string, root: string): BuildFlags | undefined {
    for (const { file, directory, words } of this.#byName.get(path.slice(path.lastIndexOf('/') + 1)) ?? []) {
      const full = includedPath(`${directory}/x`, file);
      if (!full.endsWith(`/${path}`)) continue;
      const sources = full.slice(0, -path.length);
      const includes: string[] = [];
      for (const folder of optionsOf(words(), ['-I', '-isystem', '-iquote'])) {
        const absolute = `${includedPath(`${directory}/x`, folder)}/`;
        // What the build makes in a folder of its own is no part of the tree.
        if (!absolute.startsWith(sources)) continue;
        const inside = `${root === '' ? '' : `${root}/`}${absolute.slice(sources.length, -1)}`;
        if (!includes.includes(inside)) includes.push(inside);
      }
      return { includes, defines: new Set(optionsOf(words(), ['-D', '-U']).map((name) => /^\w*/.exec(name)?.[0] ?? '')) };
    }
    return undefined;
  }
}

function commandOf(entry: unknown): Command | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { file, directory, command, arguments: list } = entry as Readonly<Record<string, unknown>>;
  if (typeof file !== 'string' || typeof directory !== 'string' || !directory.startsWith('/')) return undefined;
  if (Array.isArray(list)) return { file, directory, words: () => list.filter((word) => typeof word === 'string') };
  return typeof command === 'string' ? { file, directory, words: () => wordsOf(command) } : undefined;
}

/** The words of a shell command, without their quotes. */
function wordsOf(command: string): string[] {
  return (command.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g) ?? []).map((word) => word.replace(/\\(.)|["']/g, '$1'));
}

/** What options are given, beside them or as the next word. */
function optionsOf(words: readonly string[], options: readonly string[]): string[] {
  const given: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const option = options.find((each) => word.startsWith(each));
    if (option === undefined) continue;
    given.push(word.length > option.length ? word.slice(option.length) : (words[++at] ?? ''));
  }
  return given;
}
