import type { Platform } from '../core/platform/platform.ts';
import { type ParsedScenario, parseScenario } from '../core/scenario/parse-scenario.ts';
import { type ScenarioRun, scenarioRun } from '../core/scenario/run-scenario.ts';
import type { ScenarioStep } from '../core/scenario/scenario-schema.ts';
import { platformOf } from '../core/scenario/scenario-platform.ts';
import { sizeAperture, type SizingProgress } from '../core/scenario/size-aperture.ts';
import type { SettingsProgress } from '../core/scenario/try-settings.ts';
import type { PanelState } from '../protocol/panel-state.ts';
import { toBase64 } from '../protocol/base64.ts';
import type { SettingRowShown } from '../protocol/setting-rows.ts';
import { RECORDING_PART_BYTES } from '../protocol/server-requests.ts';
import type { OperationAnswer, RecordingPart, Report, ScenarioChoice, ScenarioSummary, ScenarioTest, ScenarioTestRun } from '../protocol/server-requests.ts';
import { reasonText } from '../render/reason-text.ts';
import { outcomeText, stepTitle, unmetText } from '../render/run-report.ts';
import { sizingCsv, sizingJson, sizingMarkdown, sizingSummary } from '../render/sizing-report.ts';
import { BUILT_IN_SCENARIOS } from './built-in-scenarios.ts';
import type { FileAccess } from './file-access.ts';
import { inSlices } from './in-slices.ts';
import { platformPanelState } from './panel-state-of.ts';
import type { ShownRun } from './shown-run.ts';
import { shownScenario } from './shown-scenario.ts';

const SCENARIO_FILES = '**/*.dma.json';
const MAX_SCENARIOS = 500;

/** Scenarios to choose from, the last run, and what the panel shows. */
export class ScenarioService {
  readonly #files: FileAccess;
  #last: ShownRun | undefined;

  constructor(files: FileAccess) {
    this.#files = files;
  }

  async choices(): Promise<ScenarioChoice[]> {
    const choices: ScenarioChoice[] = [];
    for (const uri of await this.#files.find(SCENARIO_FILES, MAX_SCENARIOS)) {
      const text = await this.#files.read(uri);
      const parsed = text === undefined ? undefined : parseScenario(text);
      const name = nameOf(uri);
      choices.push({ id: uri, label: parsed?.ok ? parsed.scenario.name : name, detail: parsed?.ok === false ? `${name}: ${parsed.problems[0]?.message ?? 'not a scenario'}` : name, source: 'workspace' });
    }
    for (const { id, text } of BUILT_IN_SCENARIOS) {
      const parsed = parseScenario(text);
      if (parsed.ok) choices.push({ id, label: parsed.scenario.name, detail: parsed.scenario.description ?? '', source: 'built-in' });
    }
    return choices;
  }

  /** Every scenario with the steps that expect something. */
  async tests(): Promise<ScenarioTest[]> {
    const tests = BUILT_IN_SCENARIOS.map(({ id, text }) => testOf(id, id, text, 'built-in'));
    for (const uri of await this.#files.find(SCENARIO_FILES, MAX_SCENARIOS)) {
      const text = await this.#files.read(uri);
      if (text !== undefined) tests.push(testOf(uri, nameOf(uri), text, 'workspace'));
    }
    return tests;
  }

  /** Runs a scenario for its verdicts: what the panel shows stays. */
  async test(id: string, active: Platform, isCancelled: () => boolean): Promise<ScenarioTestRun> {
    const { parsed, builtIn } = await this.#read(id);
    const run = await inSlices(scenarioRun(parsed.scenario, platformOf(parsed.scenario, active, id)), isCancelled);
    return {
      cancelled: false,
      steps: run.steps.map((result) => {
        const unmet = unmetText(result);
        const line = builtIn ? undefined : parsed.spans[result.index]?.line;
        return { index: result.index, ok: unmet === undefined, ...(line === undefined ? {} : { line }), message: unmet === undefined ? '' : [unmet, outcomeText(result), ...result.outcome.explain.map(reasonText)].join('\n') };
      }),
    };
  }

  /** The smallest aperture for a scenario. */
  async size(id: string, active: Platform, isCancelled: () => boolean, report: (progress: SizingProgress) => void): Promise<Report> {
    const { parsed } = await this.#read(id);
    const sizing = await inSlices(sizeAperture(parsed.scenario, platformOf(parsed.scenario, active, id)), isCancelled, report);
    return { summary: sizingSummary(sizing), markdown: sizingMarkdown(sizing), csv: sizingCsv(sizing), json: `${JSON.stringify(sizingJson(sizing), null, 2)}\n`, cancelled: false };
  }

  /**
   * Runs a scenario by its id; the panel shows it from then on.
   * @throws Error whose message is a sentence for the user
   */
  async run(id: string, active: Platform, isCancelled: () => boolean = () => false): Promise<{ state: PanelState; summary: ScenarioSummary }> {
    const { parsed, builtIn } = await this.#read(id);
    const run = await inSlices(scenarioRun(parsed.scenario, platformOf(parsed.scenario, active, id), { record: true }), isCancelled);
    this.#last = shownScenario(run, builtIn ? undefined : { uri: id, lines: parsed.spans.map(({ line }) => line) });
    return { state: this.#last.state(), summary: summaryOf(run) };
  }

  /** The panel shows it from now on. */
  show(run: ShownRun): void {
    this.#last = run;
  }

  /** @throws Error whose message is a sentence for the user, with the place of the mistake */
  async #read(id: string): Promise<{ parsed: Extract<ParsedScenario, { ok: true }>; builtIn: boolean }> {
    const builtIn = BUILT_IN_SCENARIOS.find((scenario) => scenario.id === id);
    const text = builtIn?.text ?? await this.#files.read(id);
    const name = builtIn ? id : nameOf(id);
    if (text === undefined) throw new Error(`${name}: no such scenario, or its file cannot be read`);
    const parsed = parseScenario(text);
    if (!parsed.ok) throw new Error(problemText(name, parsed));
    return { parsed, builtIn: builtIn !== undefined };
  }

  /** What the panel shows: the last run, with the aperture after the step of that number where one is asked for, else the platform. */
  panelState(active: Platform, step?: number): PanelState {
    const library = BUILT_IN_SCENARIOS.flatMap(({ id, text }) => {
      const parsed = parseScenario(text);
      return parsed.ok ? [{ id, name: parsed.scenario.name }] : [];
    });
    if (!this.#last) return { ...platformPanelState(active), library };
    return { ...this.#last.state(step), library };
  }

  /** @throws Error whose message is a sentence for the user */
  recordingPart(id: string, offset: number): RecordingPart {
    const recording = this.#last?.recording;
    if (recording?.about.id !== id) throw new Error('That recording is gone: another run, or none, came after it.');
    return { base64: toBase64(recording.bytes.subarray(offset, offset + RECORDING_PART_BYTES)) };
  }

  /** A step of what is shown under other settings. @param step its number @throws Error whose message is a sentence for the user */
  async trySettings(id: string, step: number, isCancelled: () => boolean, report: (progress: SettingsProgress) => void): Promise<SettingRowShown[]> {
    const last = this.#last;
    if (last?.recording.about.id !== id || !last.trySettings) throw new Error('That run is gone: another run, or none, came after it.');
    return last.trySettings(step - 1, isCancelled, report);
  }

  /** @throws Error whose message is a sentence for the user */
  async operation(id: string, operation: number, isCancelled: () => boolean): Promise<OperationAnswer> {
    const last = this.#last;
    const answer = last?.recording.about.id === id ? await last.operation(operation, isCancelled) : undefined;
    if (!answer) throw new Error('That operation is gone: another run, or none, came after it.');
    return answer;
  }

  /** The panel goes back to the platform: another one was chosen. */
  forgetRun(): boolean {
    const had = this.#last !== undefined;
    this.#last = undefined;
    return had;
  }
}

function nameOf(uri: string): string {
  return decodeURIComponent(uri.split('/').at(-1) ?? uri);
}

function problemText(name: string, { problems: [problem] }: Extract<ParsedScenario, { ok: false }>): string {
  return `${name}:${problem?.line ?? 1}:${problem?.column ?? 1}: ${problem?.message ?? 'not a scenario'}`;
}

function testOf(id: string, name: string, text: string, source: ScenarioTest['source']): ScenarioTest {
  const parsed = parseScenario(text);
  if (!parsed.ok) return { id, label: name, source, steps: [], problem: problemText(name, parsed) };
  const steps = parsed.scenario.steps.flatMap((step, index) => {
    const line = parsed.spans[index]?.line;
    return expectsSomething(step) ? [{ index, title: stepTitle(step), ...(source === 'workspace' && line !== undefined ? { line } : {}) }] : [];
  });
  return { id, label: parsed.scenario.name, source, steps };
}

/** Whether a step, or one inside it, can be other than expected. */
function expectsSomething(step: ScenarioStep): boolean {
  if (step.expect !== undefined) return true;
  if (step.op === 'repeat') return step.steps.some(expectsSomething);
  return step.op === 'parallel' && step.cpus.some(({ steps }) => steps.some(expectsSomething));
}

function summaryOf(run: ScenarioRun): ScenarioSummary {
  const { totals } = run;
  const first = run.steps.find(({ unmet }) => unmet);
  const text = first
    ? `${run.scenario.name}: ${totals.unmet} of ${totals.steps} steps not as expected; step ${first.index + 1}: ${unmetText(first) ?? ''}`
    : `${run.scenario.name}: ${totals.steps} steps, ${totals.succeeded} succeeded, ${totals.refused} refused`;
  return { ok: totals.unmet === 0, steps: totals.steps, unexpected: totals.unmet, text };
}
