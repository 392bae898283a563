import type { PanelTranslations } from './panel-translations.ts';

/** The element of the page that holds its translations, as JSON. */
export const PANEL_STRINGS_ID = 'panel-strings';

export interface PanelHtmlOptions {
  /** Fresh for every page: base64 or alphanumeric. */
  readonly nonce: string;
  /** `webview.cspSource`. */
  readonly cspSource: string;
  /** `dist/panel.js` as the webview addresses it. */
  readonly scriptUri: string;
  /** `dist/panel.css` as the webview addresses it. */
  readonly styleUri: string;
  /** BCP 47 tag of the strings shown: `en`. */
  readonly lang: string;
  /** The page's title, for a screen reader: `DMA Aperture`. */
  readonly title: string;
  /** Sentences in that language; without them they are English. */
  readonly translations?: PanelTranslations | undefined;
}

/**
 * The panel's page: nothing is loaded from anywhere but the extension, no script runs without the nonce, and there are no
 * inline styles.
 */
export function panelHtml(options: PanelHtmlOptions): string {
  const { nonce, cspSource, scriptUri, styleUri, lang, title, translations } = options;
  // Data, which no policy runs; `<` could end it.
  const strings = translations ? `<script type="application/json" id="${PANEL_STRINGS_ID}">${JSON.stringify(translations).replaceAll('<', '\\u003c')}</script>\n` : '';
  const policy = [
    `default-src 'none'`,
    `style-src ${cspSource}`,
    `script-src 'nonce-${nonce}'`,
    `font-src ${cspSource}`,
    `img-src ${cspSource} data:`,
  ].join('; ');
  return `<!doctype html>
<html lang="${escapeAttribute(lang)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy)}">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeAttribute(title)}</title>
<link rel="stylesheet" href="${escapeAttribute(styleUri)}">
</head>
<body>
<div id="panel"></div>
${strings}<script nonce="${escapeAttribute(nonce)}" src="${escapeAttribute(scriptUri)}"></script>
</body>
</html>
`;
}

function escapeAttribute(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
