import type { CodeLens } from 'vscode-languageserver-types';
import { COMMANDS } from '../ids.ts';

/** One lens over a scenario file: it runs, as it stands in the editor, and the panel shows it. */
export function scenarioLenses(uri: string): CodeLens[] {
  const start = { line: 0, character: 0 };
  return [{ range: { start, end: start }, command: { title: 'Run scenario', command: COMMANDS.runScenario, arguments: [uri] } }];
}
