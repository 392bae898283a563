import { lex } from '../parse/lexer.ts';
import type { Condition } from './source-index.ts';

/** A `#define` or `#undef` in a file. */
export interface MacroEvent {
  readonly name: string;
  readonly offset: number;
  readonly condition: Condition;
  /** Absent for `#undef`. */
  readonly definition?: MacroDefinition;
}

export interface MacroDefinition {
  /** Absent for object-like macros. A last `...` parameter is named `__VA_ARGS__`. */
  readonly parameters?: readonly string[];
  readonly variadic: boolean;
  readonly from: number;
  readonly to: number;
}

/** Where a directive stands: its `#`, behind its keyword, its end. */
interface Found {
  readonly offset: number;
  readonly from: number;
  readonly end: number;
  readonly defines: boolean;
  readonly condition: Condition;
}

const HEAD = /(?:[ \t]|\\\r?\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*([A-Za-z_$][\w$]*)(\()?/y;
const MAX_HEAD = 400;

/**
 * The macros of a file by name. Headers of registers define tens of thousands: only the names are taken when the file is
 * indexed, the definitions are read when they are asked for.
 */
export class MacroTable {
  readonly #text: string;
  readonly #found = new Map<string, Found | Found[]>();
  readonly #read = new Map<string, readonly MacroEvent[]>();

  constructor(text: string) {
    this.#text = text;
  }

  /** Takes in a `#define` or `#undef`. @returns the name; undefined where the line defines nothing */
  add(found: Found): string | undefined {
    const head = headOf(this.#text, found);
    if (!head) return undefined;
    const { name } = head;
    const known = this.#found.get(name);
    if (known === undefined) this.#found.set(name, found);
    else if (Array.isArray(known)) known.push(found);
    else this.#found.set(name, [known, found]);
    return name;
  }

  has(name: string): boolean {
    return this.#found.has(name);
  }

  names(): Iterable<string> {
    return this.#found.keys();
  }

  /** What the file says of a macro, in order; undefined where it says nothing. */
  get(name: string): readonly MacroEvent[] | undefined {
    const known = this.#read.get(name);
    if (known) return known;
    const found = this.#found.get(name);
    if (found === undefined) return undefined;
    const events = (Array.isArray(found) ? found : [found]).map((each) => readMacro(this.#text, name, each));
    this.#read.set(name, events);
    return events;
  }
}

/** The name of a macro, and whether a parameter list follows; undefined where there is none, or the list is not closed. */
function headOf(text: string, { from, end, defines }: Found): { name: string; behind: number; listed: boolean } | undefined {
  HEAD.lastIndex = from;
  const head = HEAD.exec(text);
  const name = head?.[1];
  const behind = HEAD.lastIndex;
  if (name === undefined || behind > Math.min(end, from + MAX_HEAD)) return undefined;
  const listed = head?.[2] !== undefined;
  if (defines && listed) {
    const close = text.indexOf(')', behind);
    if (close < 0 || close >= end) return undefined;
  }
  return { name, behind, listed };
}

function readMacro(text: string, name: string, found: Found): MacroEvent {
  const { offset, condition, end: to } = found;
  const head = headOf(text, found);
  if (!found.defines || !head) return { name, offset, condition };
  if (!head.listed) return { name, offset, condition, definition: { variadic: false, from: head.behind, to } };
  const close = text.indexOf(')', head.behind);
  const parameters: string[] = [];
  let variadic = false;
  const list = lex(text, head.behind, close);
  for (const part of list.filter((token) => token.text !== ',')) {
    if (part.text === '...') {
      variadic = true;
      // `args...` names the rest of the arguments itself.
      if (list.at(-2)?.kind !== 'name') parameters.push('__VA_ARGS__');
    } else parameters.push(part.text);
  }
  return { name, offset, condition, definition: { parameters, variadic, from: close + 1, to } };
}
