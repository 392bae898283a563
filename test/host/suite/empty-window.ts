import { runMocha } from './run-mocha.ts';

/** The entry that VS Code calls in its extension host, in a window without a folder. */
export function run(): Promise<void> {
  return runMocha(() => import('./walkthrough.test.ts'));
}
