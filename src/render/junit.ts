import type { ScenarioRun } from '../core/scenario/run-scenario.ts';
import { reasonText } from './reason-text.ts';
import { outcomeText, stepTitle, unmetText } from './run-report.ts';

const ESCAPES: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', '\'': '&apos;' };

/** Characters that XML 1.0 has no place for are dropped. */
function xml(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f]/g, '').replace(/[<>&"']/g, (character) => ESCAPES[character] ?? '');
}

/** Runs as a JUnit report: a suite a scenario, a case a step that expects something, its explanation the failure's text. */
export function junitReport(runs: readonly { readonly path: string; readonly run: ScenarioRun }[]): string {
  const suites = runs.map(({ path, run }) => {
    const cases = run.steps.filter(({ step, unmet }) => step.expect !== undefined || unmet !== undefined);
    const failures = cases.filter(({ unmet }) => unmet).length;
    const lines = cases.map((result) => {
      const unmet = unmetText(result);
      const name = `${result.index + 1}. ${stepTitle(result.step)}`;
      const head = `    <testcase classname="${xml(run.scenario.name)}" name="${xml(name)}" file="${xml(path)}"`;
      if (unmet === undefined) return `${head}/>`;
      const why = [outcomeText(result), ...result.outcome.explain.map(reasonText)].join('\n');
      return `${head}>\n      <failure message="${xml(unmet)}">${xml(why)}</failure>\n    </testcase>`;
    });
    return `  <testsuite name="${xml(run.scenario.name)}" tests="${cases.length}" failures="${failures}">\n${lines.join('\n')}${lines.length > 0 ? '\n' : ''}  </testsuite>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`;
}
