import * as v from 'valibot';
import { operationDetailSchema } from './operation-detail.ts';
import { parsePanelState, parseWith } from './panel-state.ts';
import type { PanelState, Parsed } from './panel-state.ts';
import { settingRowsSchema } from './setting-rows.ts';
import type { SettingRowShown } from './setting-rows.ts';
import { platformSheetSchema } from './platform-sheet.ts';
import type { PlatformSheet } from './platform-sheet.ts';

/**
 * What the language client and the language server ask of each other beside the Language Server Protocol itself. Both
 * sides check what they are given: a server of another version, or another editor's client, gets a sentence, not a crash.
 * Everything is JSON: a {@link PanelState} travels without `aperture.owners`, which its reader works out again.
 */

/** One request: its method, and readers of its parameters and of its result. */
export interface RequestSpec<P, R> {
  readonly method: string;
  readonly params: (value: unknown) => Parsed<P>;
  readonly result: (value: unknown) => Parsed<R>;
}

/** One notification: its method and a reader of its parameters. */
export interface NotificationSpec<P> {
  readonly method: string;
  readonly params: (value: unknown) => Parsed<P>;
}

const count = v.pipe(v.number(), v.integer('expected a whole number'), v.minValue(0, 'expected zero or more'));
/** Of a line or a column. */
const place = v.pipe(v.number(), v.integer('expected a whole number'), v.minValue(1, 'expected a number from 1'));
const uri = v.pipe(v.string(), v.minLength(1, 'expected a URI'));

const callPlace = v.object({ uri, line: place, column: place });

const platformChoice = v.object({
  /** Stable across sessions: a built-in's name, `log:URI` (see {@link logPlatformId}), or `workspace`. */
  id: v.pipe(v.string(), v.minLength(1, 'expected an id')),
  /** `Xen 4.17 PV dom0 · Linux 6.1 · 64 MiB` */
  label: v.string(),
  /** Where its facts come from, in a few words: `boot.dmesg`, `.config and Makefile of this workspace`. */
  detail: v.string(),
  source: v.picklist(['built-in', 'log', 'workspace']),
  active: v.boolean(),
});

const activePlatform = v.object({
  id: v.string(),
  label: v.string(),
  /** Facts and limits, each with its source; links only of the schemes `file:`, `https:` and the workspace's own. */
  tooltipMarkdown: v.string(),
  /** `warning`: usable, but facts contradict each other or its log shows failures; `error`: what was chosen cannot be had. */
  health: v.picklist(['ok', 'warning', 'error']),
  /** One sentence for `warning` and `error`. */
  problem: v.optional(v.string()),
  /** Nobody chose it and no evidence made it: it stands in for the machine that is not known. */
  assumed: v.optional(v.boolean()),
});

const scenarioChoice = v.object({
  /** A built-in's name, or the URI of a file of the workspace. */
  id: v.pipe(v.string(), v.minLength(1, 'expected an id')),
  label: v.string(),
  detail: v.string(),
  source: v.picklist(['built-in', 'workspace']),
});

const traceChoice = v.object({
  /** From 0, in the file. */
  plan: count,
  name: v.string(),
  /** `6.1.0-56-amd64, 4,096 slots in 4 areas`. */
  detail: v.string(),
});

const scenarioSummary = v.object({
  /** Whether every step went as the scenario expects. */
  ok: v.boolean(),
  steps: count,
  /** Steps whose outcome is not the expected one. */
  unexpected: count,
  /** One sentence for a person. */
  text: v.string(),
});

const scanSummary = v.object({
  /** C files of the workspace that were looked at, and those of them that ask for DMA memory. */
  files: count,
  filesWithCalls: count,
  calls: count,
  findings: count,
  /** Files that were not read again, as nothing that they rest on had changed since the scan before. */
  unchanged: count,
  /** Files that could not be read. */
  unread: count,
  /** Whether the bound on files or on their size ended the scan before all were read. */
  limited: v.boolean(),
  cancelled: v.boolean(),
});

const step = v.object({
  /** From 0, as in the scenario. */
  index: count,
  title: v.string(),
  /** In the scenario's file, from 1; absent for one that ships. */
  line: v.optional(count),
});

const scenarioTest = v.object({
  id: v.pipe(v.string(), v.minLength(1, 'expected an id')),
  label: v.string(),
  source: v.picklist(['built-in', 'workspace']),
  /** Steps that expect something. */
  steps: v.array(step),
  /** Why it cannot be run: one sentence with its place. */
  problem: v.optional(v.string()),
});

const stepVerdict = v.object({
  index: count,
  ok: v.boolean(),
  /** In the scenario's file, from 1; absent for one that ships. */
  line: v.optional(count),
  /** What was expected and not met, then why the step came out as it did; empty where it is as expected. */
  message: v.string(),
});

const testRun = v.object({ steps: v.array(stepVerdict), cancelled: v.boolean() });

/** Some bytes of a recording: base64, as JSON carries no bytes. Empty behind the end. */
const recordingPart = v.object({ base64: v.string() });

/** What one operation of a recording came to; `candidates` is base64 of what `packCandidates` makes. */
const operationAnswer = v.object({ detail: operationDetailSchema, candidates: v.string() });

/** A report in each of the forms in which it can be kept. */
const report = v.object({ summary: v.string(), markdown: v.string(), csv: v.string(), json: v.string(), cancelled: v.boolean() });

const planRequest = v.object({
  bytes: v.pipe(v.number(), v.integer('expected a whole number of bytes'), v.minValue(1, 'expected one byte or more')),
  maskBits: v.pipe(v.number(), v.integer(), v.minValue(12, 'expected 12 to 64 bits'), v.maxValue(64, 'expected 12 to 64 bits')),
  contiguous: v.boolean(),
  zeroCopy: v.picklist(['no', 'user', 'domu']),
  bytesPerSecond: v.pipe(v.number(), v.minValue(0, 'expected zero or more')),
});

/** With a token, work-done progress is reported under it. */
const planning = v.object({ ...planRequest.entries, workDoneToken: v.optional(v.string()) });

const draft = v.object({ text: v.string() });

const readResult = v.union([
  v.object({ text: v.string() }),
  v.object({ missing: v.literal(true) }),
  /** Is there, and cannot be read (too large, no permission): one sentence. */
  v.object({ error: v.string() }),
], 'expected a text, "missing" or an error');

/** A place in a C document; line and column count from 1. */
export type CallPlace = v.InferOutput<typeof callPlace>;
export type PlatformChoice = v.InferOutput<typeof platformChoice>;
export type ActivePlatform = v.InferOutput<typeof activePlatform>;
export type ScenarioChoice = v.InferOutput<typeof scenarioChoice>;
export type TraceChoice = v.InferOutput<typeof traceChoice>;
export type ScenarioSummary = v.InferOutput<typeof scenarioSummary>;
export type ScanSummary = v.InferOutput<typeof scanSummary>;
export type ScenarioTest = v.InferOutput<typeof scenarioTest>;
export type ScenarioTestRun = v.InferOutput<typeof testRun>;
export type Report = v.InferOutput<typeof report>;
export type PlanRequest = v.InferOutput<typeof planRequest>;
export type ScenarioDraftText = v.InferOutput<typeof draft>;
export type OperationAnswer = v.InferOutput<typeof operationAnswer>;
export type RecordingPart = v.InferOutput<typeof recordingPart>;
export type ReadResult = v.InferOutput<typeof readResult>;

/** The outcome of a run: what the panel shows of it, and what a notification says of it. */
export interface ScenarioRun {
  readonly state: PanelState;
  readonly summary: ScenarioSummary;
}

/** What is shown of a trace, and the number of the step that the plan which was asked for is. */
export interface TraceRun {
  readonly state: PanelState;
  readonly step: number;
}

const reader = <T>(schema: v.GenericSchema<unknown, T>) => (value: unknown): Parsed<T> => parseWith(schema, value);

const none = reader(v.object({}));

function readRun(value: unknown): Parsed<ScenarioRun> {
  const outer = parseWith(v.object({ state: v.unknown(), summary: scenarioSummary }), value);
  if (!outer.ok) return outer;
  const state = parsePanelState(outer.value.state);
  return state.ok
    ? { ok: true, value: { state: state.value, summary: outer.value.summary } }
    : { ok: false, error: `state.${state.error}` };
}

function readTraceRun(value: unknown): Parsed<TraceRun> {
  const outer = parseWith(v.object({ state: v.unknown(), step: count }), value);
  if (!outer.ok) return outer;
  const state = parsePanelState(outer.value.state);
  return state.ok ? { ok: true, value: { state: state.value, step: outer.value.step } } : { ok: false, error: `state.${state.error}` };
}

/** Bytes of a recording in one answer: large enough for few answers, small enough that others get theirs in between. */
export const RECORDING_PART_BYTES = 2 * 2 ** 20;

/** Asked by the client. A failure is a ResponseError whose message is a sentence for the user. */
export const SERVER_REQUESTS = {
  /** All platforms that can be chosen now; exactly one is active. */
  platforms: {
    method: 'dmaAperture/platforms', params: none, result: reader(v.array(platformChoice)),
  } satisfies RequestSpec<object, PlatformChoice[]>,
  /** Makes a platform the active one; an id that is not to be had is a failure and changes nothing. */
  selectPlatform: {
    method: 'dmaAperture/selectPlatform', params: reader(v.object({ id: v.string() })), result: reader(activePlatform),
  } satisfies RequestSpec<{ id: string }, ActivePlatform>,
  /** The active platform, fact by fact. */
  platformSheet: {
    method: 'dmaAperture/platformSheet', params: none, result: reader(platformSheetSchema),
  } satisfies RequestSpec<object, PlatformSheet>,
  /**
   * The panel's picture of the last run, or of the active platform. `step` asks for the aperture after that step; `call` for the
   * explanation of the DMA call of an open C document at or around a place, and is a failure where there is none.
   */
  panelState: {
    method: 'dmaAperture/panelState', params: reader(v.object({ step: v.optional(count), call: v.optional(callPlace) })), result: parsePanelState,
  } satisfies RequestSpec<{ step?: number | undefined; call?: CallPlace | undefined }, PanelState>,
  /** The packed recording of the last run from a byte on, at most {@link RECORDING_PART_BYTES} of it; a failure where another run came after it. */
  recordingPart: {
    method: 'dmaAperture/recordingPart', params: reader(v.object({ recording: v.string(), offset: count })), result: reader(recordingPart),
  } satisfies RequestSpec<{ recording: string; offset: number }, RecordingPart>,
  /** Why an operation of the last run's recording came out as it did, and the search that it made. Can be cancelled. */
  operation: {
    method: 'dmaAperture/operation', params: reader(v.object({ recording: v.string(), operation: count })), result: reader(operationAnswer),
  } satisfies RequestSpec<{ recording: string; operation: number }, OperationAnswer>,
  /**
   * The last run up to a step (by its number) again, under the settings that the step's refusal names and under other releases. Can be
   * cancelled; progress by `workDoneToken`.
   */
  trySettings: {
    method: 'dmaAperture/trySettings', params: reader(v.object({ recording: v.string(), step: place, workDoneToken: v.optional(v.string()) })), result: reader(settingRowsSchema),
  } satisfies RequestSpec<{ recording: string; step: number; workDoneToken?: string | undefined }, SettingRowShown[]>,
  scenarios: {
    method: 'dmaAperture/scenarios', params: none, result: reader(v.array(scenarioChoice)),
  } satisfies RequestSpec<object, ScenarioChoice[]>,
  /** Runs a scenario by its id; from then on the panel's state is of this run. */
  runScenario: {
    method: 'dmaAperture/runScenario', params: reader(v.object({ id: v.string() })), result: readRun,
  } satisfies RequestSpec<{ id: string }, ScenarioRun>,
  /** The text of a file that is packed by gzip; empty where it cannot be unpacked. */
  unpackedText: {
    method: 'dmaAperture/unpackedText', params: reader(v.object({ uri })), result: reader(v.object({ text: v.string() })),
  } satisfies RequestSpec<{ uri: string }, { text: string }>,
  /** The plans of a file of traces. */
  traces: {
    method: 'dmaAperture/traces', params: reader(v.object({ uri })), result: reader(v.array(traceChoice)),
  } satisfies RequestSpec<{ uri: string }, TraceChoice[]>,
  /** Replays a plan of a file of traces, with those that follow each other around it; from then on the panel's state is of them. Can be cancelled. */
  openTrace: {
    method: 'dmaAperture/openTrace', params: reader(v.object({ uri, plan: count, label: v.optional(v.string()) })), result: readTraceRun,
  } satisfies RequestSpec<{ uri: string; plan: number; label?: string | undefined }, TraceRun>,
  /** Every scenario with the steps that expect something, for a test explorer. */
  scenarioTests: {
    method: 'dmaAperture/scenarioTests', params: none, result: reader(v.array(scenarioTest)),
  } satisfies RequestSpec<object, ScenarioTest[]>,
  /** Runs a scenario for its verdicts alone: the panel keeps what it shows. Can be cancelled. */
  runScenarioTest: {
    method: 'dmaAperture/runScenarioTest', params: reader(v.object({ id: v.string() })), result: reader(testRun),
  } satisfies RequestSpec<{ id: string }, ScenarioTestRun>,
  /** Every way to a buffer on the active platform. Can be cancelled; progress by `workDoneToken`. */
  planBuffer: {
    method: 'dmaAperture/planBuffer', params: reader(planning), result: reader(report),
  } satisfies RequestSpec<PlanRequest & { workDoneToken?: string | undefined }, Report>,
  /** The smallest aperture under which a scenario's mappings do not fail. Can be cancelled; progress by `workDoneToken`. */
  sizeAperture: {
    method: 'dmaAperture/sizeAperture', params: reader(v.object({ id: v.string(), workDoneToken: v.optional(v.string()) })), result: reader(report),
  } satisfies RequestSpec<{ id: string; workDoneToken?: string | undefined }, Report>,
  /** A scenario of what an opened log shows. */
  scenarioFromLog: {
    method: 'dmaAperture/scenarioFromLog', params: reader(v.object({ uri: v.string() })), result: reader(draft),
  } satisfies RequestSpec<{ uri: string }, ScenarioDraftText>,
  /** A scenario of what a C file asks for, on the active platform. */
  scenarioFromDriver: {
    method: 'dmaAperture/scenarioFromDriver', params: reader(v.object({ uri })), result: reader(draft),
  } satisfies RequestSpec<{ uri: string }, ScenarioDraftText>,
  /**
   * Checks every C file of the workspace and publishes what is found as diagnostics. With a token it reports work-done
   * progress; cancelled, it answers with what was done until then.
   */
  scanWorkspace: {
    method: 'dmaAperture/scanWorkspace',
    params: reader(v.object({ workDoneToken: v.optional(v.union([v.string(), v.number()])) })),
    result: reader(scanSummary),
  } satisfies RequestSpec<{ workDoneToken?: string | number | undefined }, ScanSummary>,
  /** Takes the diagnostics of files that are not open back, and forgets the scan. */
  clearScan: { method: 'dmaAperture/clearScan', params: none, result: none } satisfies RequestSpec<object, object>,
} as const;

/** Sent by the server. */
export const SERVER_NOTIFICATIONS = {
  /** After initialisation, and whenever the active platform or what is known of it changes. */
  activePlatform: {
    method: 'dmaAperture/activePlatform', params: reader(activePlatform),
  } satisfies NotificationSpec<ActivePlatform>,
  /** What `platforms` answers has changed. */
  platformsChanged: { method: 'dmaAperture/platformsChanged', params: none } satisfies NotificationSpec<object>,
  /** What `panelState` answers has changed; an open panel asks again. */
  panelChanged: { method: 'dmaAperture/panelChanged', params: none } satisfies NotificationSpec<object>,
} as const;

/** Asked by the server, which reads everything through the client: virtual workspaces have no other way. */
export const CLIENT_REQUESTS = {
  readFile: {
    method: 'dmaAperture/readFile',
    /** `bytes`: no text, each character of the answer is a byte. */
    params: reader(v.object({ uri, maxBytes: v.optional(count), bytes: v.optional(v.boolean()) })),
    result: reader(readResult),
  } satisfies RequestSpec<{ uri: string; maxBytes?: number | undefined; bytes?: boolean | undefined }, ReadResult>,
  /** Names in a folder, those of folders with a `/` at their end; none where it cannot be read. */
  listFolder: {
    method: 'dmaAperture/listFolder', params: reader(v.object({ uri })), result: reader(v.array(v.string())),
  } satisfies RequestSpec<{ uri: string }, string[]>,
  /**
   * URIs of the workspace's files that match a glob and none of `exclude`, at most `max`; the user's excludes hold as well. `walk`: a file
   * system that cannot be searched is read folder by folder, which takes long: for what a person asked for.
   */
  findFiles: {
    method: 'dmaAperture/findFiles',
    params: reader(v.object({ glob: v.string(), max: count, exclude: v.optional(v.array(v.string())), walk: v.optional(v.boolean()) })),
    result: reader(v.array(uri)),
  } satisfies RequestSpec<{ glob: string; max: number; exclude?: string[] | undefined; walk?: boolean | undefined }, string[]>,
} as const;

/** The id of the platform that the facts of an opened log make. */
export function logPlatformId(logUri: string): string {
  return `log:${logUri}`;
}

/** The log whose facts make the platform of that id; undefined where it is none of a log. */
export function logUriOf(id: string): string | undefined {
  return id.startsWith('log:') ? id.slice('log:'.length) : undefined;
}
