import { Doubt, ExhaustedDoubt } from '../evaluate/doubt.ts';
import { ExpressionReader } from '../evaluate/expression.ts';
import { rangeOfType } from '../evaluate/range.ts';
import { Cursor } from '../parse/cursor.ts';
import type { Token } from '../parse/lexer.ts';
import { wordOffsets } from '../parse/word-offsets.ts';
import { codeOf } from '../preprocess/code-of.ts';
import { KERNEL_FUNCTIONS } from '../evaluate/kernel-functions.ts';
import { KERNEL_MACROS } from '../preprocess/kernel-macros.ts';
import type { Instance, TranslationUnit } from '../preprocess/translation-unit.ts';
import type { CType, IntegerType } from '../types/c-type.ts';
import type { Value } from '../types/environment.ts';
import type { Names } from '../types/names.ts';
import { readDeclaration, withLength } from './find-locals.ts';
import { initialOf } from './initialiser.ts';

interface FileVariable {
  readonly name: string;
  readonly from: number;
  /** Behind the name and its dimensions: an initialiser follows, or the end. */
  readonly to: number;
  readonly words: string;
  readonly initialised: boolean;
}

/** Declarations that begin in the first column, as the kernel's style has those of a file. */
const DECLARED = /^(?!return\b|goto\b|else\b|case\b|typedef\b|extern\b|EXPORT_)([A-Za-z_][\w \t*]{0,200}[ \t*])([A-Za-z_]\w*)[ \t]*(?:\[[^\]\n]{0,80}\][ \t]*){0,3}(?:__\w+[ \t]*){0,3}([=;])/gm;
/** Macros that make a variable one that others set. */
const PUBLISHED = /^(?:module_param|module_param_\w+|core_param|MODULE_PARM|EXPORT_SYMBOL\w*|late_param|setup_param)$/;
const MAX_INITIALISER = 200_000;

/** Variables of a file outside its functions: their types, and the values of those that nothing changes. */
export class FileVariables {
  readonly #unit: TranslationUnit;
  readonly #instance: Instance;
  readonly #text: string;
  #declared: Map<string, FileVariable[]> | undefined;
  readonly #uses = new Map<string, 'read' | 'parameter' | 'written'>();

  /** @param instance the file, or a local header of it */
  constructor(unit: TranslationUnit, instance = unit.main) {
    this.#unit = unit;
    this.#instance = instance;
    this.#text = instance.index.text;
  }

  /** Type of a variable of the file; undefined where none of the name is found with certainty. */
  typeOf(name: string, names: Names): CType | undefined {
    const variable = this.#find(name, names);
    return variable && this.#type(variable, names);
  }

  /** Value of `x` or `x.y.z`: of a constant, or of a static one that is read alone. */
  valueOf(path: string, type: IntegerType, names: Names): Value | undefined {
    const [root = '', ...steps] = path.split('.');
    const variable = path.includes('->') ? undefined : this.#find(root, names);
    if (!variable) return undefined;
    const constant = /\bconst\b/.test(variable.words) && !variable.words.includes('*');
    if (!constant) {
      if (!/\bstatic\b/.test(variable.words)) return undefined;
      const use = this.#use(root);
      const range = rangeOfType(type);
      if (use === 'parameter') return { type, why: `${root} is a parameter of the module`, ...(range ? { range } : {}) };
      if (use === 'written') return undefined;
    }
    if (!variable.initialised) return constant ? undefined : { type, value: 0n };
    const whole = this.#type(variable, names);
    const tokens = whole && this.#initialiser(variable, names);
    const initial = tokens && initialOf(tokens, steps, whole);
    if (initial === 'zero') return { type, value: 0n };
    return initial && read(initial, names);
  }

  #find(name: string, names: Names): FileVariable | undefined {
    this.#declared ??= declarationsOf(this.#text);
    const found = (this.#declared.get(name) ?? []).filter(({ from }) => names.unit.isPlaceActive({ instance: this.#instance, offset: from }, names.world));
    // `static struct x y;` may stand before its definition.
    const definitions = found.length > 1 ? found.filter(({ initialised }) => initialised) : found;
    return definitions.length === 1 ? definitions[0] : undefined;
  }

  #type(variable: FileVariable, names: Names): CType | undefined {
    const { name, from, to, initialised } = variable;
    try {
      const type = readDeclaration({ name, parameter: false, from, to: to - 1 }, names, this.#instance);
      return type.kind === 'array' && initialised ? withLength(type, () => this.#initialiser(variable, names), names) : type;
    } catch (error) {
      if (error instanceof Doubt && !(error instanceof ExhaustedDoubt)) return undefined;
      throw error;
    }
  }

  /** Tokens behind the `=`, up to the `;`. */
  #initialiser(variable: FileVariable, names: Names): readonly Token[] | undefined {
    const begin = this.#text.indexOf('=', variable.to - 1) + 1;
    const end = /^\s*\{/.test(this.#text.slice(begin, begin + 200)) ? this.#text.indexOf('\n}', begin) : -1;
    // In one line, or up to the brace in the first column.
    const inLine = this.#text.indexOf(';', begin);
    const close = end >= 0 && (inLine < 0 || this.#text.slice(begin, inLine).includes('\n')) ? end + 2 : inLine;
    if (close < 0 || close - begin > MAX_INITIALISER) return undefined;
    return names.tokens(this.#instance, begin, close);
  }

  /** How the file uses a variable, outside of its declaration: never more than read only where every use shows it. */
  #use(name: string): 'read' | 'parameter' | 'written' {
    let use = this.#uses.get(name);
    if (use !== undefined) return use;
    // Others may write what their text or that of its headers names.
    use = this.#unit.isPart || this.#unit.headersMention(name, false) ? 'written' : 'read';
    const code = codeOf(this.#instance.index);
    const declared = this.#declared?.get(name) ?? [];
    for (const index of wordOffsets(code, name)) {
      if (declared.some(({ from, to }) => index >= from && index < to)) continue;
      const before = code.slice(Math.max(0, index - 80), index);
      const after = code.slice(index + name.length, index + name.length + 80);
      // A member of something else.
      if (/(?:->|\.)\s*$/.test(before)) continue;
      const callee = /(\w+)\s*\([^()]*$/.exec(before)?.[1];
      if (callee !== undefined && PUBLISHED.test(callee)) {
        use = 'parameter';
        continue;
      }
      const written = /^\s*(?:(?:\.\s*\w+|\[[^\]]*\])\s*)*(?:\+\+|--|[-+*/%&|^]?=(?!=)|<<=|>>=)/.test(after) || /(?:\+\+|--|&)\s*\(?\s*$/.test(before.replace(/&&\s*\(?\s*$/, ''));
      const toMacro = callee !== undefined && /^[A-Z_0-9]+$/.test(callee) && !KERNEL_MACROS.has(callee) && !KERNEL_FUNCTIONS.has(callee);
      if (written || toMacro) {
        use = 'written';
        break;
      }
    }
    this.#uses.set(name, use);
    return use;
  }
}

function declarationsOf(text: string): Map<string, FileVariable[]> {
  const found = new Map<string, FileVariable[]>();
  for (const match of text.matchAll(DECLARED)) {
    const [whole, words = '', name = '', end] = match;
    const variable = { name, words, from: match.index, to: match.index + whole.length, initialised: end === '=' };
    const list = found.get(name);
    if (list) list.push(variable);
    else found.set(name, [variable]);
  }
  return found;
}

function read(tokens: readonly Token[], names: Names): Value | undefined {
  try {
    const cursor = new Cursor(tokens);
    const value = new ExpressionReader(cursor, names).assignment();
    return cursor.ended ? value : undefined;
  } catch (error) {
    if (error instanceof Doubt && !(error instanceof ExhaustedDoubt)) return undefined;
    throw error;
  }
}
