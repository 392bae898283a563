import { afterEach, describe, expect, it } from 'vitest';
import { PANEL_STRINGS_ID, panelHtml } from '../../../src/protocol/panel-html.ts';
import { panelStrings } from '../../../src/protocol/panel-strings.ts';
import { panelTranslations, translatePanel } from '../../../src/protocol/panel-translations.ts';

const english = { ...panelStrings };
const page = { nonce: 'n', cspSource: 'https://x.test', scriptUri: 'https://x.test/panel.js', styleUri: 'https://x.test/panel.css', lang: 'de', title: 'DMA Aperture' };

describe('translations of the panel', () => {
  afterEach(() => {
    Object.assign(panelStrings, english);
  });

  it('are those that the bundle has for the English sentence', () => {
    expect(panelTranslations({ [panelStrings.steps]: 'Schritte', 'No sentence of the page': 'x', [panelStrings.limits]: 7 })).toEqual({ steps: 'Schritte' });
    expect(panelTranslations(undefined)).toBeUndefined();
    expect(panelTranslations({})).toBeUndefined();
  });

  it('take the place of the sentences', () => {
    expect(translatePanel({ steps: 'Schritte', stepOf: 'Von {1}: Schritt {0}' })).toEqual([]);
    expect([panelStrings.steps, panelStrings.stepOf, panelStrings.limits]).toEqual(['Schritte', 'Von {1}: Schritt {0}', english.limits]);
  });

  it.each([['stepOf', 'Schritt {0}'], ['steps', 7], ['sizeClasses', 'ein Slot'], ['noSuchName', 'x'], ['toString', 'x']])('are passed over where they do not fit: %s', (name, text) => {
    expect(translatePanel({ [name]: text })).toEqual([name]);
    expect(panelStrings).toEqual(english);
  });

  it('are passed over where they are none', () => {
    for (const value of [undefined, null, 'text', 3]) expect(translatePanel(value)).toEqual([]);
    expect(panelStrings).toEqual(english);
  });

  it('travel in the page as data that cannot end its element', () => {
    const translations = { steps: 'a</script><script>alert(1)</script>' };
    const html = panelHtml({ ...page, translations });
    const [, json] = new RegExp(`id="${PANEL_STRINGS_ID}">([^<]*)</script>`).exec(html)!;
    expect(JSON.parse(json!)).toEqual(translations);
    expect(panelHtml(page)).not.toContain(PANEL_STRINGS_ID);
  });
});
