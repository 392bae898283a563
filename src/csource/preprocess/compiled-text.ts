import { Doubt } from '../evaluate/doubt.ts';
import { beginsLine, directiveEnd } from '../parse/lexer.ts';
import { conditionAt } from './source-index.ts';
import { includesIn } from './translation-unit.ts';
import type { Instance, TranslationUnit } from './translation-unit.ts';
import { World } from './world.ts';

/**
 * A range of a file with directives, and what they leave out, blanked: of the same length, with the same lines. Undefined
 * where the configuration and the text leave open what is compiled, or an `#include` brings more of it.
 */
export function compiledText(unit: TranslationUnit, instance: Instance, from: number, to: number): string | undefined {
  const { index } = instance;
  const text = index.text.slice(from, to);
  if (!/^[ \t]*#/m.test(text)) return text;
  if (includesIn(index, from, to)) return undefined;
  const world = new World();
  const parts: string[] = [];
  let at = from;
  try {
    // Lines of directives and branches that are not compiled.
    while (at < to) {
      const active = unit.isActive(instance, conditionAt(index, at), world);
      const newline = index.text.indexOf('\n', at);
      let end = newline < 0 || newline >= to ? to : newline + 1;
      const directive = beginsDirective(index.text, at);
      if (directive !== undefined) end = Math.min(to, directiveEnd(index.text, directive) + 1);
      const line = index.text.slice(at, end);
      parts.push(active && directive === undefined ? line : line.replace(/[^\n]/g, ' '));
      at = end;
    }
  } catch (error) {
    if (error instanceof Doubt) return undefined;
    throw error;
  }
  return world.asked.length > 0 ? undefined : parts.join('');
}

/** The `#` of the directive in the line that begins at an offset. */
function beginsDirective(text: string, line: number): number | undefined {
  const match = /[ \t]*#/y;
  match.lastIndex = line;
  return match.test(text) && beginsLine(text, match.lastIndex - 1) ? match.lastIndex - 1 : undefined;
}
