import { panelStrings } from './panel-strings.ts';

/** Sentences of the page in another language, by their names in {@link panelStrings}. */
export type PanelTranslations = Readonly<Record<string, string>>;

/** What a bundle of translations (by the English sentence) has for the page; undefined where it has nothing. */
export function panelTranslations(bundle: Readonly<Record<string, unknown>> | undefined): PanelTranslations | undefined {
  const found = Object.entries(panelStrings).flatMap(([name, english]): [string, string][] => {
    const translated = bundle?.[english];
    return typeof translated === 'string' ? [[name, translated]] : [];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

/**
 * Puts translations in the place of the English sentences. One that is no text, or whose gaps (`{0}`) or parts (`|`) are others, is passed
 * over: half a sentence is worse than an English one.
 * @returns the names of those that were passed over
 */
export function translatePanel(translations: unknown): string[] {
  const strings: Record<string, string> = panelStrings;
  if (typeof translations !== 'object' || translations === null) return [];
  const refused: string[] = [];
  for (const [name, text] of Object.entries(translations) as [string, unknown][]) {
    const english = Object.hasOwn(strings, name) ? strings[name] : undefined;
    if (english === undefined || typeof text !== 'string' || shape(text) !== shape(english)) refused.push(name);
    else strings[name] = text;
  }
  return refused;
}

/** The gaps of a sentence, in the order of their numbers, and how many parts it has. */
function shape(text: string): string {
  const gaps = [...new Set(text.match(/\{\d\}/g))].sort();
  return `${gaps.join('')} ${text.split('|').length}`;
}
