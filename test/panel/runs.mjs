/** States and recordings that the engine itself makes of scenarios: what the server would send. */
import { resolve } from 'node:path';
import { build } from 'esbuild';

const ROOT = resolve(import.meta.dirname, '../..');
const URI = 'file:///workspace/load.dma.json';
let engine;

async function loadEngine() {
  const { outputFiles } = await build({
    absWorkingDir: ROOT, bundle: true, write: false, format: 'esm', platform: 'node', target: 'node20', mainFields: ['module', 'main'],
    stdin: {
      resolveDir: ROOT, loader: 'ts',
      contents: `
        export { parseScenario } from './src/core/scenario/parse-scenario.ts';
        export { runScenario } from './src/core/scenario/run-scenario.ts';
        export { platformOf } from './src/core/scenario/scenario-platform.ts';
        export { BUILT_IN_PLATFORMS } from './src/core/platform/built-in-platforms.ts';
        export { runPanelState } from './src/server/panel-state-of.ts';
        export { operationDetail } from './src/server/operation-detail.ts';
        export { unpackCandidates } from './src/protocol/pack-candidates.ts';
        export { shownTrace } from './src/server/shown-trace.ts';
        export { readTrace } from './src/evidence/trace/read-trace.ts';
        export { plansThatFollow } from './src/replay/record-trace.ts';
        export { fromBase64 } from './src/protocol/base64.ts';
        export { packedRun } from './src/server/packed-recording.ts';`,
    },
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString('base64')}`);
}

/**
 * Runs a scenario. @returns the panel's state, its recording as base64, and what explains an operation
 * @param lines lines of the steps in the file that the state names
 */
export async function runState(scenario, lines = scenario.steps.map((_, index) => 10 + 4 * index)) {
  engine ??= await loadEngine();
  const parsed = engine.parseScenario(JSON.stringify(scenario));
  if (!parsed.ok) throw new Error(parsed.problems[0].message);
  const run = engine.runScenario(parsed.scenario, engine.platformOf(parsed.scenario, engine.BUILT_IN_PLATFORMS[0].platform, URI), { record: true });
  const packed = engine.packedRun(run);
  const state = { ...engine.runPanelState(run, { uri: URI, lines }), recording: packed.about };
  /** What the extension answers when the page asks for an operation (from 0); typed arrays as plain ones. */
  const explain = async (operation) => explained(await engine.operationDetail(run, operation, () => false), state);
  return { state: JSON.parse(JSON.stringify(state)), recording: Buffer.from(packed.bytes).toString('base64'), explain };
}

/** Replays a plan of a trace's text. @returns as {@link runState}, with the lines of the text */
export async function traceState(text, uri, plan = 0) {
  engine ??= await loadEngine();
  const reading = engine.readTrace(text, uri);
  if (!reading.ok) throw new Error(`${reading.problem.line}: ${reading.problem.expected}`);
  const { traces } = reading;
  const run = await engine.shownTrace({ uri, label: uri.split('/').at(-1), traces, range: engine.plansThatFollow(traces, plan) }, () => false);
  const state = run.state();
  const explain = async (operation) => explained(await run.operation(operation, () => false), state);
  return { state: JSON.parse(JSON.stringify(state)), recording: Buffer.from(run.recording.bytes).toString('base64'), explain };
}

/** An operation's answer as the page is given it; typed arrays as plain ones. */
function explained({ detail, candidates }, state) {
  const count = (detail.search?.areas ?? []).reduce((sum, area) => sum + area.candidates, 0);
  const { value } = engine.unpackCandidates(engine.fromBase64(candidates), count, state.aperture.slots);
  return { detail: JSON.parse(JSON.stringify(detail)), slots: [...value.slots], verdicts: [...value.verdicts] };
}

const forced = (swiotlb) => ({ linux: '6.12.117', xen: '4.17', domain: 'dom0', memory: '2G', domainMemory: '1G', swiotlb, cpus: 4 });

/** Four processors, three loads one after another, the last too much for the aperture. */
export const LOADS = {
  name: 'Three loads', platform: forced('4096,4,force'), devices: { nic: { mask: 64 }, disk: { mask: 32, minAlignMask: 4095 } },
  steps: [
    { op: 'workload', device: 'nic', shape: 'nic', ticks: 300, cpus: 4 },
    { op: 'workload', device: 'disk', shape: 'block', ticks: 200, cpus: 4 },
    { op: 'dma_map_single', id: 'large', device: 'disk', size: '512K' },
    { op: 'workload', device: 'disk', sizes: [{ from: '4K', to: '100K' }], perTick: 4, lifetime: [10, 80], ticks: 200, cpus: 4 },
  ],
};

/** 1 GiB of aperture and 10,000 operations that leave it about half full. */
export const LARGE = {
  name: '1 GiB', platform: { linux: '6.12.117', domain: 'native', memory: '4G', swiotlb: '524288,8,force', cpus: 8 }, devices: { nic: { mask: 64 }, disk: { mask: 64 } },
  steps: [{ op: 'workload', device: 'disk', sizes: [{ from: '64K', to: '250K' }], perTick: 4, lifetime: [1200, 1600], ticks: 2400, cpus: 8, keep: true }],
};

/** A million operations. */
export const MILLION = {
  name: 'A million operations', platform: forced('32768,4,force'), devices: { nic: { mask: 64 } },
  steps: [{ op: 'workload', device: 'nic', sizes: [{ from: 64, to: '60K' }], perTick: 4, lifetime: [50, 1500], ticks: 143_000, cpus: 4 }],
};
