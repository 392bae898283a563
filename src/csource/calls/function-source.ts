import type { CParser } from '../parse/c-parser.ts';
import { FunctionFinder } from '../parse/find-function.ts';
import { lex } from '../parse/lexer.ts';
import { functionFacts } from './function-facts.ts';
import type { FunctionFacts } from './function-facts.ts';

/** A use of a function's name as a call, in the function that it stands in. */
export interface Caller {
  readonly facts: FunctionFacts;
  readonly call: FunctionFacts['calls'][number];
}

const MAX_PARSED = 400;
const MAX_CALLERS = 8;

/** The functions of a file, parsed when something is asked of them. */
export class FunctionSource {
  readonly text: string;
  readonly #parser: CParser;
  readonly #finder: FunctionFinder;
  readonly #facts = new Map<number, FunctionFacts | undefined>();
  readonly #callers = new Map<string, readonly Caller[] | undefined>();

  constructor(parser: CParser, text: string) {
    this.text = text;
    this.#parser = parser;
    this.#finder = new FunctionFinder(text);
  }

  /** Facts of the function around an offset; undefined where it cannot be read with certainty. */
  around(offset: number): FunctionFacts | undefined {
    const span = this.#finder.around(offset);
    if (!span) return undefined;
    if (this.#facts.has(span.from)) return this.#facts.get(span.from);
    if (this.#facts.size >= MAX_PARSED) return undefined;
    const part = this.text.slice(span.from, span.to);
    // What an #if leaves out is no fact of the function.
    const facts = /^[ \t]*#/m.test(part)
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
    const callers: Caller[] = [];
    for (const { index: offset } of this.text.matchAll(new RegExp(`\\b${name}\\b`, 'g'))) {
      const line = this.text.slice(this.text.lastIndexOf('\n', offset - 1) + 1, offset);
      if (/^\s*\*|\/\*|\/\/|"/.test(line)) continue;
      const facts = this.around(offset);
      const call = facts?.calls.find((other) => other.offset === offset);
      if (facts && call) callers.push({ facts, call });
      else if (!this.#declares(offset, name)) return undefined;
      if (callers.length > MAX_CALLERS) return undefined;
    }
    return callers.length > 0 ? callers : undefined;
  }

  /** Whether a function's name stands at an offset as in its declaration or definition: outside of any body, before a bracket that `{` or `;` follows. */
  #declares(offset: number, name: string): boolean {
    const start = this.text.lastIndexOf('\n', offset - 1) + 1;
    const before = this.text.slice(start, offset);
    if (!/^(?:[A-Za-z_][\w \t*]*)?$/.test(before)) return false;
    const tokens = lex(this.text, offset + name.length, Math.min(this.text.length, offset + 2000));
    let depth = 0;
    for (const token of tokens) {
      if (token.text === '(') depth++;
      else if (token.text === ')' && --depth === 0) {
        const next = tokens[tokens.indexOf(token) + 1]?.text;
        return next === '{' || next === ';' || next?.startsWith('__') === true;
      } else if (depth === 0) return false;
    }
    return false;
  }
}
