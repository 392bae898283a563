import { DMA_APIS } from '../calls/dma-apis.ts';
import { Doubt } from '../evaluate/doubt.ts';
import { BOUNDS } from '../evaluate/expression.ts';
import { KERNEL_FUNCTIONS } from '../evaluate/kernel-functions.ts';
import { lex } from '../parse/lexer.ts';
import type { Token } from '../parse/lexer.ts';
import { isAnnotation } from '../types/read-attributes.ts';
import type { KernelConfig } from './kernel-config.ts';
import { KERNEL_MACROS } from './kernel-macros.ts';
import { bodyTokens } from './source-index.ts';
import type { Macro, Place, TranslationUnit } from './translation-unit.ts';
import type { World } from './world.ts';

/** Told of every macro that an expansion used: its name, its body as written, where it stands (or the kernel's header). */
export type OnMacro = (name: string, body: string, at: Place | string) => void;

interface Usable {
  readonly parameters: readonly string[] | undefined;
  readonly variadic: boolean;
  readonly body: readonly Token[];
}

interface Item {
  readonly token: Token;
  readonly place: Place;
}

const MAX_EXPANDED = 50_000;
/** Read where they stand: the kernel's definitions use what is no C of ours. */
const READ_AS_NAMES = new Set([...DMA_APIS.keys(), ...BOUNDS, 'static_assert', 'offsetof', 'offsetofend', 'struct_size', 'size_mul', 'size_add', 'array_size']);
const CONFIG_TESTS = new Set(['IS_ENABLED', 'IS_BUILTIN', 'IS_MODULE', 'IS_REACHABLE']);
const EMPTY: ReadonlySet<string> = new Set();

/** Expands macros (C17 6.10.3) as they stand at the place of use, in one world. */
export class MacroExpander {
  readonly #unit: TranslationUnit;
  readonly #world: World;
  readonly #config: KernelConfig;
  readonly #onMacro: OnMacro;
  #left = MAX_EXPANDED;

  constructor(unit: TranslationUnit, world: World, config: KernelConfig, onMacro: OnMacro = () => undefined) {
    this.#unit = unit;
    this.#world = world;
    this.#config = config;
    this.#onMacro = onMacro;
  }

  /**
   * @param placeOf where a token of the source stands: macros are those defined before it
   * @throws Doubt if the expansion grows without bound or uses what is not modelled
   */
  expand(tokens: readonly Token[], placeOf: (token: Token) => Place): Token[] {
    return this.#expand(tokens.map((token) => ({ token, place: placeOf(token) }))).map((item) => item.token);
  }

  #expand(items: readonly Item[], depth = 0): Item[] {
    if (depth > 60) throw new Doubt('its macros nest too deeply');
    const output: Item[] = [];
    const pending = [...items].reverse();
    for (let item = pending.pop(); item; item = pending.pop()) {
      const { token, place } = item;
      if (token.kind !== 'name' || token.hidden?.has(token.text)) {
        output.push(item);
        continue;
      }
      const macro = this.#usable(token.text, place);
      if (!macro) {
        const test = this.#configTest(token, pending);
        output.push(test ? { token: test, place } : item);
        continue;
      }
      let body: readonly Token[];
      if (macro.parameters) {
        if (pending.at(-1)?.token.text !== '(') {
          output.push(item);
          continue;
        }
        body = this.#substitute(token.text, macro, this.#takeArguments(token.text, pending), depth);
      } else body = macro.body.some((part) => part.text === '##') ? this.#substitute(token.text, macro, [], depth) : macro.body;
      this.#left -= body.length + 1;
      if (this.#left < 0) throw new Doubt(`the macro ${token.text} expands to too much text`);
      const hidden = new Set(token.hidden ?? EMPTY).add(token.text);
      for (let at = body.length - 1; at >= 0; at--) {
        const part = body[at] as Token;
        pending.push({ token: { ...part, hidden: part.hidden ? new Set([...part.hidden, ...hidden]) : hidden }, place });
      }
    }
    return output;
  }

  #usable(name: string, place: Place): Usable | undefined {
    if (this.#unit.plainNames.has(name)) return undefined;
    // The kernel's own definitions are known by the table, or not worked out by expanding them.
    const own = KERNEL_MACROS.has(name) || CONFIG_TESTS.has(name) || READ_AS_NAMES.has(name) || KERNEL_FUNCTIONS.has(name) || name.startsWith('CONFIG_') || isAnnotation(name) || this.#config.value(name) !== undefined;
    const macro = this.#unit.macroAt(name, place, this.#world, own);
    if (macro === 'undefined') return undefined;
    if (macro) {
      this.#onMacro(name, textOf(macro), macro.at);
      const { definition } = macro;
      return { parameters: definition.parameters, variadic: definition.variadic, body: bodyTokens(macro.at.instance.index, definition) };
    }
    const known = KERNEL_MACROS.get(name);
    if (known) {
      this.#onMacro(name, known.body, known.from);
      return { parameters: known.parameters, variadic: known.variadic === true, body: lex(known.body, 0, known.body.length) };
    }
    const value = this.#config.value(name);
    if (value === undefined) {
      if (!own && this.#unit.definesNowhere(name)) this.#unit.plainNames.add(name);
      return undefined;
    }
    this.#onMacro(name, value, 'the kernel configuration');
    return { parameters: undefined, variadic: false, body: lex(value, 0, value.length) };
  }

  #configTest(token: Token, pending: Item[]): Token | undefined {
    if (!CONFIG_TESTS.has(token.text)) return undefined;
    const option = pending.at(-2)?.token.text ?? '';
    if (pending.at(-1)?.token.text !== '(' || pending.at(-3)?.token.text !== ')' || !option.startsWith('CONFIG_')) return undefined;
    pending.splice(-3);
    const builtIn = token.text !== 'IS_MODULE' && this.#config.isDefined(option, this.#world);
    const asModule = token.text !== 'IS_BUILTIN' && !builtIn && this.#config.isDefined(`${option}_MODULE`, this.#world);
    // IS_REACHABLE also asks whether the asking code is itself a module.
    if (token.text === 'IS_REACHABLE' && asModule) throw new Doubt(`IS_REACHABLE(${option}) depends on how this file is built`);
    return { kind: 'number', text: builtIn || asModule ? '1' : '0', start: token.start };
  }

  #takeArguments(name: string, pending: Item[]): Item[][] {
    pending.pop();
    const given: Item[][] = [[]];
    let depth = 0;
    for (let item = pending.pop(); item; item = pending.pop()) {
      const { text } = item.token;
      if (text === ')' && depth === 0) return given;
      if (text === '(' || text === '[' || text === '{') depth++;
      else if (text === ')' || text === ']' || text === '}') depth--;
      // Only round brackets protect a comma from the preprocessor; text where others would have to is not evaluated.
      if (text === ',' && depth === 0) given.push([]);
      else given.at(-1)?.push(item);
    }
    throw new Doubt(`the use of ${name}(…) has no closing bracket`);
  }

  #substitute(name: string, macro: Usable, given: Item[][], depth: number): Token[] {
    const parameters = macro.parameters ?? [];
    const values = new Map<string, Item[]>();
    if (macro.parameters) {
      const fixed = macro.variadic ? parameters.length - 1 : parameters.length;
      if (given.length === 1 && given[0]?.length === 0 && fixed === 0) given = [];
      if (given.length < fixed || (!macro.variadic && given.length > fixed)) throw new Doubt(`${name} takes ${parameters.length} arguments, not ${given.length}`);
      for (let at = 0; at < fixed; at++) values.set(parameters[at] ?? '', given[at] ?? []);
      if (macro.variadic) {
        const comma = { kind: 'punct', text: ',', start: 0 } as const;
        const rest = given.slice(fixed).flatMap((part, at) => (at === 0 || !part[0] ? part : [{ token: comma, place: part[0].place }, ...part]));
        values.set(parameters.at(-1) ?? '', rest);
      }
    }
    const result: Token[] = [];
    const { body } = macro;
    for (let at = 0; at < body.length; at++) {
      const token = body[at] as Token;
      if (token.text === '#' && macro.parameters) {
        const text = values.get(body[at + 1]?.text ?? '');
        if (!text) throw new Doubt(`the macro ${name} makes text out of what is no argument`);
        result.push({ kind: 'string', text: JSON.stringify(text.map((item) => item.token.text).join(' ')), start: token.start, made: true });
        at++;
        continue;
      }
      // `, ## __VA_ARGS__` drops the comma where there are no further arguments (gcc).
      const rest = token.text === ',' && macro.variadic && body[at + 1]?.text === '##' && body[at + 2]?.text === parameters.at(-1) ? values.get(parameters.at(-1) ?? '') : undefined;
      if (rest) {
        if (rest.length > 0) result.push(token, ...this.#expand(rest, depth + 1).map((item) => item.token));
        at += 2;
        continue;
      }
      if (token.text === '__VA_OPT__') throw new Doubt(`the macro ${name} makes text out of its arguments`);
      const pasted = body[at + 1]?.text === '##';
      const value = token.kind === 'name' ? values.get(token.text) : undefined;
      if (pasted) {
        const left = value ? value.map((item) => item.token) : [token];
        let joined = left;
        while (body[at + 1]?.text === '##') {
          const next = body[at + 2];
          if (!next) throw new Doubt(`the macro ${name} pastes nothing`);
          const right = (next.kind === 'name' ? values.get(next.text)?.map((item) => item.token) : undefined) ?? [next];
          joined = paste(name, joined, right);
          at += 2;
        }
        result.push(...joined);
      } else if (value) {
        result.push(...this.#expand(value, depth + 1).map((item) => item.token));
        if (result.length > MAX_EXPANDED) throw new Doubt(`the macro ${name} expands to too much text`);
      } else result.push(token);
    }
    return result;
  }
}

function paste(name: string, left: readonly Token[], right: readonly Token[]): Token[] {
  const last = left.at(-1);
  const first = right[0];
  if (!last || !first) return [...left, ...right];
  const text = last.text + first.text;
  const tokens = lex(text, 0, text.length);
  const [token] = tokens;
  if (tokens.length !== 1 || !token || token.kind === 'bad') throw new Doubt(`the macro ${name} pastes what is no token`);
  return [...left.slice(0, -1), { kind: token.kind, text, start: last.start }, ...right.slice(1)];
}

function textOf(macro: Macro): string {
  const { definition, at } = macro;
  return at.instance.index.text
    .slice(definition.from, definition.to)
    .replace(/\/\*(?:[^*]|\*(?!\/))*\*\/|\/\/.*|\\\r?\n/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
