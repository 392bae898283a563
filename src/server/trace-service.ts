import { groupDigits } from '../core/units/bytes.ts';
import { readTrace } from '../evidence/trace/read-trace.ts';
import type { Trace } from '../evidence/trace/trace-operation.ts';
import type { TraceChoice, TraceRun } from '../protocol/server-requests.ts';
import { plansThatFollow } from '../replay/record-trace.ts';
import type { FileAccess } from './file-access.ts';
import type { ScenarioService } from './scenario-service.ts';
import { shownTrace } from './shown-trace.ts';

/** Traces of kernels, as recordings that the panel plays. */
export class TraceService {
  readonly #files: FileAccess;
  readonly #shown: ScenarioService;

  /** @param shown what the panel shows */
  constructor(files: FileAccess, shown: ScenarioService) {
    this.#files = files;
    this.#shown = shown;
  }

  /** @throws Error whose message is a sentence for the user, with the place of the mistake */
  async choices(uri: string): Promise<TraceChoice[]> {
    return (await this.#read(uri)).map(({ name, release, operations, aperture: { slots, areas } }, plan) => ({
      plan, name, detail: `${release}, ${slots === 0 ? 'no aperture' : `${groupDigits(slots)} slots in ${areas === 1 ? 'one area' : `${areas} areas`}`}, ${groupDigits(operations.length)} lines`,
    }));
  }

  /**
   * @param label what links to the file say; its name where there is none
   * @throws Error whose message is a sentence for the user, with the place of the mistake
   */
  async open(uri: string, plan: number, label: string | undefined, isCancelled: () => boolean): Promise<TraceRun> {
    const traces = await this.#read(uri);
    if (plan >= traces.length) throw new Error(`${nameOf(uri)}: plan ${plan + 1} of ${traces.length}: expected one of its plans`);
    const range = plansThatFollow(traces, plan);
    const run = await shownTrace({ uri, label: label ?? nameOf(uri), traces, range }, isCancelled);
    this.#shown.show(run);
    return { state: run.state(), step: plan - range[0] + 1 };
  }

  async #read(uri: string): Promise<readonly Trace[]> {
    const text = await this.#files.readPacked(uri);
    const name = nameOf(uri);
    if (text === undefined) throw new Error(`${name}: no such file, or it cannot be read or unpacked`);
    const reading = readTrace(text, name);
    if (reading.ok) return reading.traces;
    const { line, column, expected, found } = reading.problem;
    throw new Error(`${name}:${line}:${column}: expected ${expected}, found ${found}`);
  }
}

function nameOf(uri: string): string {
  const [path] = uri.split(/[?#]/);
  return decodeURIComponent(path?.split('/').at(-1) ?? uri);
}
