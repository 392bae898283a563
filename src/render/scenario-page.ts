import type { ScenarioRun } from '../core/scenario/run-scenario.ts';
import { knobOf, reasonText } from './reason-text.ts';
import { outcomeText, stepTitle } from './run-report.ts';
import { markdownTable } from './tables.ts';

/** A shipped scenario's page: the question, what each step does, and how the model answers. @param id its file's name without ending */
export function scenarioPage(id: string, run: ScenarioRun): string {
  const { scenario, platform, steps } = run;
  const rows = steps.map((result) => [String(result.index + 1), stepTitle(result.step), outcomeText(result), result.step.note ?? '']);
  const refused = steps.filter(({ outcome }) => !outcome.ok);
  const chains = refused.map(({ index, step, outcome }) => {
    const lines = outcome.explain.map((reason) => `${knobOf(reason) === undefined ? '*' : '* →'} ${reasonText(reason)}`);
    return `### Step ${index + 1}: ${stepTitle(step)}\n\n${lines.join('\n')}\n`;
  });
  return [
    `# ${scenario.name}\n`, `${scenario.description ?? ''}\n`, `Platform: ${platform.label}. File: \`media/scenarios/${id}.dma.json\`.\n`,
    markdownTable(['Step', 'What', 'Outcome', 'Why it is asked'], rows), ...(chains.length > 0 ? [`## Why it is refused\n\n${chains.join('\n')}`] : []),
  ].join('\n');
}

/** The list of pages. */
export function scenarioIndex(pages: readonly { readonly id: string; readonly run: ScenarioRun }[]): string {
  const rows = pages.map(({ id, run }) => [`[${run.scenario.name}](${id}.md)`, run.platform.label, run.scenario.description ?? '']);
  return `# Scenarios that ship\n\nMade by \`npm run docs:scenarios\` from the files and from what the model answers.\n\n${markdownTable(['Scenario', 'Platform', 'What it shows'], rows)}`;
}
