import { PANEL_STRINGS_ID } from '../protocol/panel-html.ts';
import { translatePanel } from '../protocol/panel-translations.ts';

// Runs before any other module of the page reads a sentence: main.tsx imports it first.
const translations = document.getElementById(PANEL_STRINGS_ID)?.textContent;
if (translations) translatePanel(JSON.parse(translations) as unknown);
