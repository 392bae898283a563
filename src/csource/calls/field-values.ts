import { castTo } from '../evaluate/cast.ts';
import { Doubt } from '../evaluate/doubt.ts';
import { ExpressionReader } from '../evaluate/expression.ts';
import { boundsOf } from '../evaluate/range.ts';
import { Cursor } from '../parse/cursor.ts';
import { wordOffsets } from '../parse/word-offsets.ts';
import { codeOf } from '../preprocess/code-of.ts';
import type { KernelConfig } from '../preprocess/kernel-config.ts';
import type { SourceIndex } from '../preprocess/source-index.ts';
import type { TranslationUnit } from '../preprocess/translation-unit.ts';
import { forEachWorld } from '../preprocess/world.ts';
import type { CType, IntegerType } from '../types/c-type.ts';
import type { Range, Value } from '../types/environment.ts';
import { Names } from '../types/names.ts';
import type { UnitMemo } from '../types/unit-memo.ts';
import type { FunctionFacts } from './function-facts.ts';
import type { UnitFunctions } from './unit-functions.ts';
import { WRITING_MACROS } from './known-callees.ts';
import { flowAt } from './value-flow.ts';

/** A file that can see a struct's definition, with what is needed to read it. */
export interface FileInView {
  readonly path: string;
  readonly text: string;
  /** The text with comments and strings blanked. */
  readonly code: string;
  /** Every name that stands in the text. */
  readonly words: ReadonlySet<string>;
  /** Names that stand first among what a function fills that may fill a whole struct. */
  readonly filled: ReadonlySet<string>;
  /** Macros of the file that write what they are given, and those that take the name of a member. */
  readonly macros: { readonly writing: ReadonlySet<string>; readonly naming: ReadonlySet<string> };
  /** What reads it, made when it is needed; undefined for a header, whose functions are compiled elsewhere. */
  readonly open: () => OpenUnit | undefined;
}

/** A translation unit that values are read in. */
export interface OpenUnit {
  readonly unit: TranslationUnit;
  readonly functions: UnitFunctions;
  readonly config: KernelConfig;
  readonly memo: UnitMemo;
}

/** Gives the files that can see a definition in a file; undefined where they cannot all be told. */
export type FilesInView = (definedIn: string) => readonly FileInView[] | undefined;

const MAX_WRITES = 6;
/** Members that are asked for on the way to one: a bound on work. */
const MAX_OPEN = 5;
const MAX_MENTIONS = 2000;
/** Characters of a file that is looked through. */
const MAX_FILE = 4 * 1024 * 1024;
/** What brings values into a whole struct that no assignment shows. */
const FILLERS = /\b(?:\w*copy_from_\w+|memcpy\w*|memmove|memdup_user\w*|kmemdup\w*|nla_\w+|sscanf|\w*_read_config\w*|request_firmware\w*)\s*\(([^;]{0,300});/g;

/**
 * Values of members of the driver's own structs, by all that the files which see the definition store in them. Memory that is
 * not set yet counts for nothing: what is stored is what is asked about.
 */
export class FieldValues {
  readonly #home: OpenUnit;
  readonly #inView: FilesInView;
  readonly #known = new Map<string, Value | undefined>();
  readonly #open = new Set<string>();
  /** Rises where a question is not followed for those that are open: a result during which it rose says less than it might. */
  #cut = 0;
  /** Members that are not known with just these others open. */
  readonly #unknownWithin = new Set<string>();
  readonly #stores = new Map<string, (file: FileInView) => readonly Stored[] | undefined>();

  constructor(home: OpenUnit, inView: FilesInView) {
    this.#home = home;
    this.#inView = inView;
  }

  /** @param record `struct x` */
  valueOf(record: string, field: string, type: IntegerType): Value | undefined {
    const key = `${record}.${field}`;
    if (this.#known.has(key)) return this.#known.get(key);
    if (!/^struct \w+$/.test(record)) return undefined;
    const within = [...this.#open, key].sort().join(' ');
    if (this.#open.has(key) || this.#open.size >= MAX_OPEN || this.#unknownWithin.has(within)) {
      this.#cut++;
      return undefined;
    }
    const before = this.#cut;
    this.#open.add(key);
    try {
      const value = this.#collect(record, field, type);
      // What was asked for on the way to another may lack what that one is.
      if (value !== undefined || this.#open.size === 1 || this.#cut === before) this.#known.set(key, value);
      else this.#unknownWithin.add(within);
      return value;
    } finally {
      this.#open.delete(key);
    }
  }

  #collect(record: string, field: string, type: IntegerType): Value | undefined {
    const places = this.#home.unit.typesNamed(record, true);
    const [place] = places;
    if (!place || places.some(({ event, instance }) => event !== place.event && instance.index.path !== place.instance.index.path)) return undefined;
    const files = this.#inView(place.instance.index.path);
    if (!files) return undefined;
    const storesOf = this.#storesOf(record, field, files);
    const ranges: Range[] = [];
    let sometimes = false;
    // The file that asks comes first: mostly it shows at once that the value is not known.
    for (const file of files) {
      const found = storesOf(file);
      if (!found) return undefined;
      for (const store of found) {
        const range = this.#stored(store, type, record, field);
        if (range === 'itself') {
          // What another of its kind held, which may have been nothing yet.
          sometimes = true;
          continue;
        }
        if (!range || range.wide || ranges.push(range) > MAX_WRITES) return undefined;
        sometimes ||= store.sometimes;
      }
    }
    const all = spanning(ranges);
    if (!all) return undefined;
    if (all.min === all.max && !sometimes) return { type, value: all.min };
    const stored = `what is stored in ${field} of ${record}`;
    const by = NARROW.test(all.by) ? `${stored}: ${all.by}` : stored;
    return { type, why: stored, range: { min: sometimes && all.min > 0n ? 0n : all.min, max: all.max, by } };
  }

  /** The stores to a member by file, each file read once. */
  #storesOf(record: string, field: string, files: readonly FileInView[]): (file: FileInView) => readonly Stored[] | undefined {
    const key = `${record}.${field}`;
    const known = this.#stores.get(key);
    if (known) return known;
    const macros = { writing: new Set(WRITING_MACROS), naming: new Set<string>() };
    for (const file of files.filter(({ words }) => words.has(field))) {
      file.macros.writing.forEach((name) => macros.writing.add(name));
      file.macros.naming.forEach((name) => macros.naming.add(name));
    }
    const read = new Map<FileInView, readonly Stored[] | undefined>();
    const storesOf = (file: FileInView): readonly Stored[] | undefined => {
      if (!read.has(file)) read.set(file, storesIn(file, record, field, macros));
      return read.get(file);
    };
    this.#stores.set(key, storesOf);
    return storesOf;
  }

  /** What a store puts into the member, in every way that is left open; `itself` where it is the same member, of whatever holds it. */
  #stored({ file, facts, write }: Stored, type: IntegerType, record: string, field: string): Range | 'itself' | undefined {
    const home = file.open();
    if (!home) return undefined;
    let others = 0;
    const ranges: (Range | undefined)[] = [];
    try {
      forEachWorld((world) => {
        if (!home.unit.isPlaceActive({ instance: home.unit.main, offset: write.offset }, world)) return;
        const names = new Names(home.unit, world, home.config, home.memo, flowAt(home.functions, facts, write, this));
        let value: Value | undefined;
        names.look(() => {
          try {
            const cursor = new Cursor(names.tokens(home.unit.main, write.from, write.to));
            const read = new ExpressionReader(cursor, names).assignment();
            if (!cursor.ended || read.member?.record !== record || read.member.field !== field) others++;
            value = cursor.ended && read.type.kind === 'integer' && !read.broken ? castTo(type, read) : undefined;
          } catch (error) {
            if (!(error instanceof Doubt)) throw error;
            others++;
          }
        });
        if (world.impossible) return;
        ranges.push(value && boundsOf(value));
      });
    } catch (error) {
      if (error instanceof Doubt) return undefined;
      throw error;
    }
    return others === 0 && ranges.length > 0 ? 'itself' : spanning(ranges);
  }
}

/** A bound that a narrow type sets, as `rangeOfType` says it. */
const NARROW = /\bits type has \d+ bits\b/;

/** The range that holds all ranges; undefined where there is none, or one of them is not known. */
function spanning(ranges: readonly (Range | undefined)[]): Range | undefined {
  return ranges.reduce((a, b) => a && b && { min: a.min < b.min ? a.min : b.min, max: a.max > b.max ? a.max : b.max, by: a.max > b.max ? a.by : b.by, ...(a.wide || b.wide ? { wide: true } : {}) }, ranges[0]);
}

interface Stored {
  readonly file: FileInView;
  readonly facts: FunctionFacts;
  readonly write: FunctionFacts['stores'][number];
  /** Whether a condition may skip it. */
  readonly sometimes: boolean;
}

/** The stores to a member in a file; undefined where it may be changed in a way that is not seen. */
function storesIn(file: FileInView, record: string, field: string, macros: FileInView['macros']): Stored[] | undefined {
  if (file.text.length > MAX_FILE) return undefined;
  const filler = filled(file, record);
  if (!file.words.has(field)) return filler ? undefined : [];
  const { code } = file;
  const stores: Stored[] = [];
  let mentions = 0;
  for (const index of wordOffsets(code, field)) {
    if (++mentions > MAX_MENTIONS) return undefined;
    const before = code.slice(Math.max(0, index - 200), index);
    const after = code.slice(index + field.length, index + field.length + 80);
    const callee = /\b(\w+)\s*\((?:[^();{}]|\([^()]*\))*$/.exec(before)?.[1] ?? '';
    if (!/(?:->|\.)\s*$/.test(before)) {
      if (macros.naming.has(callee)) return undefined;
      continue;
    }
    const use = macros.writing.has(callee) ? 'other' : useOf(before, after);
    if (use === 'read' || (use === 'initialiser' && initialises(code, index, record))) continue;
    const home = file.open();
    const base = home && baseType(home, index + field.length);
    if (base !== undefined && base !== record) continue;
    if (!home || base === undefined || use === 'other') return undefined;
    const facts = home.functions.main.around(index);
    const write = facts?.stores.find(({ target }) => target.to === index + field.length);
    if (!facts || !write || write.operator !== '=') return undefined;
    stores.push({ file, facts, write, sometimes: write.around.length > 1 });
  }
  return filler ? undefined : stores;
}

/** What is done with a member, as the text on both sides of its name shows. */
function useOf(before: string, after: string): 'read' | 'store' | 'initialiser' | 'other' {
  if (/^\s*=(?!=)/.test(after)) return /[\w)\]]\s*(?:->|\.)\s*$/.test(before) ? 'store' : 'initialiser';
  if (/^\s*(?:\+\+|--|[-+*/%&|^]=|<<=|>>=)/.test(after)) return 'other';
  const { operator, at } = operatorBefore(before);
  if (operator === '++' || operator === '--') return 'other';
  // A single `&` that is no mask: nothing that has a value stands before it.
  return operator === '&' && !/[\w)\]]$/.test(before.slice(0, at).trimEnd()) ? 'other' : 'read';
}

const IN_CHAIN = /[\w.>\-[\]\s()]/;

/** The operator before the chain of members that a text ends with, and where it stands. A `--` anywhere in the chain is taken for one before it. */
function operatorBefore(text: string): { readonly operator: '++' | '--' | '&&' | '&' | undefined; readonly at: number } {
  const from = Math.max(...[';', '{', '}', '=', ',', '?', ':'].map((end) => text.lastIndexOf(end))) + 1;
  let at = text.length;
  while (at > from && IN_CHAIN.test(text.charAt(at - 1))) at--;
  if (text.includes('--', at)) return { operator: '--', at };
  const two = text.slice(Math.max(from, at - 2), at);
  if (two === '++' || two === '&&') return { operator: two, at: at - 2 };
  return two.endsWith('&') ? { operator: '&', at: at - 1 } : { operator: undefined, at };
}

/** Whether a designator at an offset is certain to belong to a struct of another name. */
function initialises(code: string, index: number, record: string): boolean {
  let depth = 0;
  let braces = 0;
  for (let at = index - 1; at >= 0 && index - at < 20_000; at--) {
    const c = code[at];
    if (c === ';') return false;
    if (c === '}') depth++;
    else if (c === '{' && --depth < 0) {
      depth = 0;
      braces++;
      const head = /\b(struct\s+\w+)\s+\w+\s*((?:\[[^\]]*\]\s*)?)=\s*$/.exec(code.slice(Math.max(0, at - 200), at));
      if (head) return braces === (head[2] === '' ? 1 : 2) && head[1]?.replace(/\s+/, ' ') !== record;
    }
  }
  return false;
}

/** The struct that holds the member whose name ends at an offset; undefined where it is not known. */
function baseType(home: OpenUnit, end: number): string | undefined {
  const facts = home.functions.main.around(end);
  const store = facts?.stores.find(({ target }) => target.to === end);
  const stretch = store?.target ?? facts?.members.find(({ to }) => to === end);
  if (!facts || !stretch) return undefined;
  let found: string | undefined;
  try {
    forEachWorld((world) => {
      const names = new Names(home.unit, world, home.config, home.memo, flowAt(home.functions, facts, undefined, undefined));
      const value = names.look(() => {
        const tokens = names.tokens(home.unit.main, stretch.from, end);
        return new ExpressionReader(new Cursor(tokens.slice(0, -2)), names, 'type').expression();
      });
      const type: CType = value.type.kind === 'pointer' ? value.type.to : value.type;
      const here = type.kind === 'record' && /^(?:struct|union) \w+$/.test(type.name) ? type.name : '';
      found = found === undefined || found === here ? here : '';
    });
  } catch (error) {
    if (!(error instanceof Doubt)) throw error;
    return undefined;
  }
  return found === '' ? undefined : found;
}

/** Whether something in a file may fill a whole struct of the name. */
function filled({ text, words, filled: names }: FileInView, record: string): boolean {
  if (names.size === 0 || !words.has(record.slice(7))) return false;
  for (const [, name = ''] of text.matchAll(new RegExp(`\\b${record.replace(' ', '\\s+')}\\s*(?:\\*\\s*)?(\\w+)`, 'g'))) if (names.has(name)) return true;
  return false;
}

/** What stands first in each call of a text that may fill a whole struct. */
function fillsIn(text: string): Set<string> {
  const names = new Set<string>();
  for (const [, given = ''] of text.matchAll(FILLERS)) {
    // One blank at most between two parts: the pattern has no run of them to divide.
    const first = /^ ?(?:\([^()]*\) ?)?&? ?\*? ?(\w+) ?,/.exec(given.replace(/\s+/g, ' '))?.[1];
    if (first !== undefined) names.add(first);
  }
  return names;
}

/** Macros that a text defines: those that write a parameter, or what is given to them, and those that a member's name is given to. */
function macrosIn(text: string): FileInView['macros'] {
  const writing = new Set<string>();
  const naming = new Set<string>();
  for (const [, name = '', list = '', body = ''] of text.matchAll(/^[ \t]*#[ \t]*define[ \t]+(\w+)\(([^)\n]*)\)((?:[^\n\\]|\\[\s\S]){0,4000})/gm)) {
    for (const parameter of list.split(',').map((part) => part.trim()).filter((part) => /^\w+$/.test(part))) {
      if (new RegExp(`(?:->|\\.)\\s*(?:(?:\\w+\\s*)?##\\s*)?${parameter}\\b|##\\s*${parameter}\\b`).test(body)) naming.add(name);
      if (new RegExp(`\\b${parameter}\\b\\)*\\s*(?:=(?!=)|[-+*/%&|^]=|<<=|>>=|\\+\\+|--)|(?:\\+\\+|--|[^&\\w)\\]]&)\\s*\\(*${parameter}\\b`).test(body)) writing.add(name);
    }
  }
  return { writing, naming };
}

/** What is read from a file's text alone, by the index that holds it: the same for every unit that looks at the file. */
const KNOWN = new WeakMap<SourceIndex, { words?: ReadonlySet<string>; macros?: FileInView['macros']; filled?: ReadonlySet<string> }>();

/** A view of a file. */
export function fileInView(index: SourceIndex, open: () => OpenUnit | undefined): FileInView {
  const { path, text } = index;
  let known = KNOWN.get(index);
  if (!known) KNOWN.set(index, (known = {}));
  const facts = known;
  return {
    path,
    text,
    get macros() {
      return (facts.macros ??= macrosIn(text));
    },
    get code() {
      return codeOf(index);
    },
    get words() {
      return (facts.words ??= new Set(text.match(/[A-Za-z_]\w*/g)));
    },
    get filled() {
      return (facts.filled ??= fillsIn(text));
    },
    open,
  };
}
