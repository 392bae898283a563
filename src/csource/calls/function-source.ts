import { Doubt } from '../evaluate/doubt.ts';
import { MAX_PARSED } from '../parse/c-parser.ts';
import type { CParser } from '../parse/c-parser.ts';
import { Cursor } from '../parse/cursor.ts';
import { FunctionFinder } from '../parse/find-function.ts';
import { lex } from '../parse/lexer.ts';
import { wordOffsets } from '../parse/word-offsets.ts';
import { codeOf } from '../preprocess/code-of.ts';
import { compiledText } from '../preprocess/compiled-text.ts';
import type { Instance, TranslationUnit } from '../preprocess/translation-unit.ts';
import { pointerTo, unknownType } from '../types/c-type.ts';
import type { CType } from '../types/c-type.ts';
import type { Names } from '../types/names.ts';
import { readSpecifiers } from '../types/read-type.ts';
import { functionFacts } from './function-facts.ts';
import type { FunctionFacts } from './function-facts.ts';

/** A use of a function's name as a call, in the function that it stands in. */
export interface Caller {
  readonly facts: FunctionFacts;
  readonly call: FunctionFacts['calls'][number];
}

/** Where a function is declared: the offset of its name, and one in its body where it is defined there. */
export interface Declared {
  readonly source: FunctionSource;
  readonly name: number;
  readonly body: number | undefined;
}

/** Functions of one file that are read. */
const MAX_FUNCTIONS = 400;
const MAX_CALLERS = 8;
/** Characters of a file whose functions are looked for by name: more than any of the kernel has. */
const MAX_READ = 2 * 1024 * 1024;
/** Names that a text is searched for one by one: from then on a table of all names costs less. */
const MAX_SEARCHES = 24;

/** The functions of a file, parsed when something is asked of them. */
export class FunctionSource {
  readonly instance: Instance;
  readonly text: string;
  readonly #parser: CParser;
  readonly #unit: TranslationUnit;
  readonly #finder: FunctionFinder;
  readonly #facts = new Map<number, FunctionFacts | undefined>();
  #asked = 0;
  #places: ReadonlyMap<string, readonly number[]> | undefined;
  readonly #callers = new Map<string, readonly Caller[] | undefined>();

  constructor(parser: CParser, unit: TranslationUnit, instance: Instance, finder = new FunctionFinder(instance.index.text)) {
    this.#unit = unit;
    this.instance = instance;
    this.text = instance.index.text;
    this.#parser = parser;
    this.#finder = finder;
  }

  /** Facts of the function around an offset; undefined where it cannot be read with certainty. */
  around(offset: number): FunctionFacts | undefined {
    const span = this.#finder.around(offset);
    if (!span || span.to - span.from > MAX_PARSED) return undefined;
    if (this.#facts.has(span.from)) return this.#facts.get(span.from);
    if (this.#facts.size >= MAX_FUNCTIONS) return undefined;
    // What an #if leaves out is no fact of the function; where that is not certain, the function is not read.
    const part = compiledText(this.#unit, this.instance, span.from, span.to);
    const facts = part === undefined
      ? undefined
      : this.#parser.withTree(part, ({ rootNode }) => {
          const inside = rootNode.namedChildren.filter((node) => node.type !== 'comment');
          const [only] = inside;
          if (inside.length !== 1 || only?.type !== 'function_definition' || rootNode.hasError) return undefined;
          return functionFacts(only, part, span.from);
        });
    this.#facts.set(span.from, facts);
    return facts;
  }

  /** All calls of a static function; undefined where its name is used in another way, or not every call can be read. */
  callersOf(name: string): readonly Caller[] | undefined {
    if (this.#callers.has(name)) return this.#callers.get(name);
    const callers = this.#findCallers(name);
    this.#callers.set(name, callers);
    return callers;
  }

  #findCallers(name: string): readonly Caller[] | undefined {
    // Others may call what their text or that of its headers names.
    if (this.text.length > MAX_READ || this.#unit.isPart || this.#unit.headersMention(name, true)) return undefined;
    const callers: Caller[] = [];
    for (const offset of this.#mentions(name)) {
      const facts = this.around(offset);
      const call = facts?.calls.find((other) => other.offset === offset);
      if (facts && call) callers.push({ facts, call });
      else if (this.#declares(offset, name) === undefined) return undefined;
      if (callers.length > MAX_CALLERS) return undefined;
    }
    return callers.length > 0 ? callers : undefined;
  }

  /** Where the name stands, outside of comments and strings. */
  #mentions(name: string): readonly number[] {
    if (this.#places) return this.#places.get(name) ?? [];
    const code = codeOf(this.instance.index);
    if (++this.#asked > MAX_SEARCHES) return (this.#places = placesOfNames(code)).get(name) ?? [];
    return wordOffsets(code, name);
  }

  /** Where a function of a name is declared: its definition, if there is one. More than one definition is none. */
  declaration(name: string): Declared | undefined {
    if (this.text.length > MAX_READ || !this.text.includes(name)) return undefined;
    let first: Declared | undefined;
    let definition: Declared | undefined;
    for (const offset of this.#mentions(name)) {
      const next = this.#declares(offset, name);
      if (next === undefined) continue;
      const declared: Declared = { source: this, name: offset, body: next.follows === '{' ? next.at : undefined };
      if (declared.body !== undefined) {
        if (definition) return { ...definition, body: undefined };
        definition = declared;
      }
      first ??= declared;
    }
    return definition ?? first;
  }

  /** What a function returns whose name stands at an offset, as its declaration says. */
  returnType(offset: number, names: Names): CType {
    let from = this.text.lastIndexOf('\n', offset - 1) + 1;
    if (this.text.slice(from, offset).trim() === '' && from > 0) from = this.text.lastIndexOf('\n', from - 2) + 1;
    try {
      const cursor = new Cursor(names.tokens(this.instance, from, offset));
      let { type } = readSpecifiers(cursor, names);
      while (cursor.take('*')) type = pointerTo(type);
      return cursor.ended ? type : unknownType('what the function returns could not be read');
    } catch (error) {
      if (error instanceof Doubt) return unknownType(error.message);
      throw error;
    }
  }

  /**
   * Whether a function's name stands at an offset as in its declaration or definition: outside of any body, before a bracket
   * that `{` or `;` follows. Says which follows, and where.
   */
  #declares(offset: number, name: string): { readonly follows: string; readonly at: number } | undefined {
    const start = this.text.lastIndexOf('\n', offset - 1) + 1;
    const before = this.text.slice(start, offset);
    if (!/^(?:[A-Za-z_][\w \t*]*)?$/.test(before)) return undefined;
    const tokens = lex(this.text, offset + name.length, Math.min(this.text.length, offset + 2000));
    let depth = 0;
    for (let at = 0; at < tokens.length; at++) {
      const token = tokens[at];
      if (token?.text === '(') depth++;
      else if (token?.text === ')' && --depth === 0) {
        const next = tokens[at + 1];
        return next && (next.text === '{' || next.text === ';' || next.text.startsWith('__')) ? { follows: next.text, at: next.start + 1 } : undefined;
      } else if (depth === 0) return undefined;
    }
    return undefined;
  }
}

function placesOfNames(code: string): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const { 0: name, index } of code.matchAll(/\b[A-Za-z_]\w*/g)) {
    const list = places.get(name);
    if (list) list.push(index);
    else places.set(name, [index]);
  }
  return places;
}
