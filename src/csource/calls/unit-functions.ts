import type { CParser } from '../parse/c-parser.ts';
import type { FunctionFinder } from '../parse/find-function.ts';
import type { Instance, TranslationUnit } from '../preprocess/translation-unit.ts';
import { FileVariables } from './file-variables.ts';
import { FunctionSource } from './function-source.ts';
import type { Declared } from './function-source.ts';

/** The functions of a file and of its local headers, and the variables of the file. */
export class UnitFunctions {
  readonly main: FunctionSource;
  readonly variables: FileVariables;
  readonly #parser: CParser;
  readonly #unit: TranslationUnit;
  readonly #headers = new Map<Instance, FunctionSource>();
  readonly #named = new Map<string, Declared | undefined>();

  /** @param finder of the file, where there is one already */
  constructor(parser: CParser, unit: TranslationUnit, finder?: FunctionFinder) {
    this.#parser = parser;
    this.#unit = unit;
    this.main = new FunctionSource(parser, unit, unit.main, finder);
    this.variables = new FileVariables(unit);
  }

  /** Where a function is defined, or else declared; undefined where the files read do not name it so. */
  named(name: string): Declared | undefined {
    if (!this.#named.has(name)) this.#named.set(name, this.#find(name));
    return this.#named.get(name);
  }

  #find(name: string): Declared | undefined {
    let found = this.main.declaration(name);
    if (found?.body !== undefined) return found;
    for (const instance of this.#unit.localHeaders()) {
      if (!instance.index.text.includes(name)) continue;
      let source = this.#headers.get(instance);
      if (!source) this.#headers.set(instance, (source = new FunctionSource(this.#parser, this.#unit, instance)));
      const declared = source.declaration(name);
      if (declared?.body !== undefined) return declared;
      found ??= declared;
    }
    return found;
  }
}
