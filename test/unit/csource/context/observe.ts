import type { Observation } from '../../../../src/csource/context/observation.ts';
import { readContext } from '../../../../src/csource/context/read-context.ts';

/** A function of a driver around statements. */
export const driver = (...statements: string[]): string => `static int probe(struct device *dev, struct priv *p)\n{\n${statements.map((line) => `\t${line}\n`).join('')}}\n`;

/** What is seen, of one kind, as the text that it stands at. */
export function observe<K extends Observation['kind']>(text: string, kind: K): (Extract<Observation, { kind: K }> & { readonly text: string })[] {
  return readContext(text).observations.flatMap((seen) => (seen.kind === kind ? [{ ...(seen as Extract<Observation, { kind: K }>), text: text.slice(seen.start, seen.end) }] : []));
}
