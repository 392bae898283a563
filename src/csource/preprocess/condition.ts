import { Doubt, ExhaustedDoubt } from '../evaluate/doubt.ts';
import { ExpressionReader } from '../evaluate/expression.ts';
import { Cursor } from '../parse/cursor.ts';
import { lex } from '../parse/lexer.ts';
import type { Token } from '../parse/lexer.ts';
import { LP64 } from '../types/abi.ts';
import type { Environment } from '../types/environment.ts';
import { ARCHITECTURE_NAMES } from './architecture.ts';
import { MacroExpander } from './expand-macros.ts';
import type { KernelConfig } from './kernel-config.ts';
import { ALWAYS_DEFINED, KERNEL_MACROS, NEVER_DEFINED } from './kernel-macros.ts';
import type { Condition } from './source-index.ts';
import { isWholeFileGuard } from './translation-unit.ts';
import type { Decide, Instance, Place, TranslationUnit } from './translation-unit.ts';
import type { World } from './world.ts';

/** Of a condition; a longer one is not read. */
const MAX_CHARACTERS = 16_384;

/** Nothing has a type or a value after `#if` but numbers. */
const NO_NAMES: Environment = {
  abi: LP64,
  typedefNamed: () => undefined,
  tagged: () => ({ kind: 'unknown', why: 'types have no place after #if' }),
  enumAt: () => ({ kind: 'unknown', why: 'types have no place after #if' }),
  enumerator: () => undefined,
  variable: () => undefined,
  followed: () => undefined,
  called: () => undefined,
  stored: () => undefined,
  packAt: () => undefined,
  annotationAlign: () => undefined,
  isNoMacro: () => false,
  once: (make) => make,
  constant: () => ({ type: { kind: 'void' } }),
  expression: () => ({ type: { kind: 'void' } }),
  onSizeof: () => undefined,
};

/** Makes the function that decides `#if` branches under a configuration; what nothing decides, the world does. */
export function decideBy(config: KernelConfig): Decide {
  return (unit, instance, condition, world) => {
    const key = `${instance.id}:${condition.id}`;
    const known = world.branches.get(key);
    const observed = known ?? world.observe(() => doubtOr(() => decide(unit, instance, condition, world, config)));
    if (known) world.again(known);
    else world.branches.set(key, observed);
    if (observed.value instanceof Doubt) throw observed.value;
    return observed.value;
  };
}

function doubtOr(read: () => boolean): boolean | Doubt {
  try {
    return read();
  } catch (error) {
    if (error instanceof Doubt) return error;
    throw error;
  }
}

function decide(unit: TranslationUnit, instance: Instance, condition: Condition, world: World, config: KernelConfig): boolean {
  if (condition.kind === 'file' || condition.kind === 'else') return true;
  if (isWholeFileGuard(instance.index, condition)) return true;
  const tokens = lex(instance.index.text, condition.from, Math.min(condition.to, condition.from + MAX_CHARACTERS));
  const place: Place = { instance, offset: condition.offset };
  if (condition.kind !== 'if') {
    const name = tokens[0]?.text ?? '';
    return isDefined(name, unit, place, world, config) === (condition.kind === 'ifdef');
  }
  const value = condition.to - condition.from > MAX_CHARACTERS ? undefined : evaluate(tokens, unit, place, world, config);
  return value ?? world.choose(`#if at ${instance.index.path}:${condition.offset}`, 2) === 1;
}

function evaluate(tokens: readonly Token[], unit: TranslationUnit, place: Place, world: World, config: KernelConfig): boolean | undefined {
  try {
    const plain = replaceDefined(tokens, (name) => isDefined(name, unit, place, world, config));
    const expanded = new MacroExpander(unit, world, config).expand(plain, () => place);
    // An option that a complete configuration does not name is not defined, which counts as 0.
    const numbers = expanded.map((token) =>
      token.kind === 'name' && ((token.text.startsWith('CONFIG_') && config.known) || unit.knowsAbsence(token.text)) ? { ...token, kind: 'number' as const, text: '0' } : token,
    );
    const cursor = new Cursor(numbers);
    const { value } = new ExpressionReader(cursor, NO_NAMES, 'preprocessor').conditional();
    if (!cursor.ended || value === undefined) return undefined;
    return value !== 0n;
  } catch (error) {
    if (error instanceof Doubt && !(error instanceof ExhaustedDoubt)) return undefined;
    throw error;
  }
}

function replaceDefined(tokens: readonly Token[], isDefinedName: (name: string) => boolean): Token[] {
  const result: Token[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at] as Token;
    if (token.text !== 'defined') {
      result.push(token);
      continue;
    }
    const bracket = tokens[at + 1]?.text === '(';
    const name = tokens[at + (bracket ? 2 : 1)];
    if (name?.kind !== 'name' || (bracket && tokens[at + 3]?.text !== ')')) throw new Doubt('defined without a name');
    result.push({ kind: 'number', text: isDefinedName(name.text) ? '1' : '0', start: token.start });
    at += bracket ? 3 : 1;
  }
  return result;
}

function isDefined(name: string, unit: TranslationUnit, place: Place, world: World, config: KernelConfig): boolean {
  const near = unit.macroAt(name, place, world, true);
  if (near) return near !== 'undefined';
  if (ARCHITECTURE_NAMES.has(name)) return config.architecture?.defined.has(name) ?? world.choose(`defined ${name}`, 2) === 1;
  if (NEVER_DEFINED.has(name)) return false;
  if (ALWAYS_DEFINED.has(name) || KERNEL_MACROS.has(name)) return true;
  if (name.startsWith('CONFIG_')) return config.isDefined(name, world);
  if (config.value(name) !== undefined) return true;
  const macro = unit.macroAt(name, place, world);
  if (macro) return macro !== 'undefined';
  if (unit.knowsAbsence(name)) return false;
  return world.choose(`defined ${name}`, 2) === 1;
}
