import { codeOf } from './code-of.ts';
import type { Instance, Macro, TranslationUnit } from './translation-unit.ts';
import type { World } from './world.ts';

/** A macro's use outside of all functions, from its name to behind its bracket. */
export interface MacroUse {
  readonly instance: Instance;
  readonly from: number;
  readonly to: number;
}

const USE = /^([A-Za-z_]\w*)[ \t]*\([^(){};\n]{0,200}\)(?=;?[ \t]*$)/gm;
const DEFINES = /\b(?:struct|union)\b[^;]{0,200}\{/;
/** Uses that are looked at in a file, and all that define a type: bounds on work. */
const MAX_USES = 2000;
const MAX_FOUND = 200;

/**
 * Uses of macros in the first column of a file or its local headers that define a struct or union there:
 * `DECLARE_EWMA(rssi, 10, 8)` (include/linux/average.h).
 */
export function declaringMacros(unit: TranslationUnit, world: World): readonly MacroUse[] {
  const found: MacroUse[] = [];
  const plain = new Set<string>();
  for (const instance of [unit.main, ...unit.localHeaders()]) {
    let uses = 0;
    for (const { 0: whole, 1: name = '', index: from } of codeOf(instance.index).matchAll(USE)) {
      if (plain.has(name) || ++uses > MAX_USES) continue;
      const macro = unit.macroAt(name, { instance, offset: from }, world);
      if (!macro || macro === 'undefined' || !DEFINES.test(bodyOf(macro))) plain.add(name);
      else if (found.length < MAX_FOUND && unit.isPlaceActive({ instance, offset: from }, world)) found.push({ instance, from, to: from + whole.length });
    }
  }
  return found;
}

function bodyOf({ definition, at }: Macro): string {
  return definition.parameters ? at.instance.index.text.slice(definition.from, definition.to) : '';
}
