import * as v from 'valibot';
import { operationDetailSchema, searchCandidatesSchema } from './operation-detail.ts';
import { settingRowsSchema } from './setting-rows.ts';
import { evidenceRefSchema, panelStateSchema, parsePanelState, parseWith } from './panel-state.ts';
import type { Parsed } from './panel-state.ts';

/**
 * Messages between the extension (host) and the panel's page, both ways. Each carries the version of this contract;
 * every message of the panel carries an `id` that the host answers with one `reply`.
 */
export const PANEL_PROTOCOL_VERSION = 1;

/** What the panel may ask the host to do by name; the host maps them to commands of its own. */
export const PANEL_COMMANDS = ['openScenario', 'openLog', 'choosePlatform', 'runScenario', 'showLog', 'refresh'] as const;
export type PanelCommand = (typeof PANEL_COMMANDS)[number];

/** Forms in which the page can be kept. */
export const EXPORT_FORMATS = ['png', 'svg', 'csv', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const version = v.literal(PANEL_PROTOCOL_VERSION, `expected version ${PANEL_PROTOCOL_VERSION}: panel and extension differ, reload the window`);
const id = v.pipe(v.number(), v.integer(), v.minValue(1));

const hostError = v.object({
  /** A few words: `The recording ends early.` */
  title: v.string(),
  /** One sentence that names the place and what was expected. */
  message: v.string(),
  /** The place to open. */
  from: v.optional(evidenceRefSchema),
  /** What can be done about it, offered as links. */
  commands: v.optional(v.array(v.picklist(PANEL_COMMANDS))),
});

const bytes = v.custom<Uint8Array>((value) => Object.prototype.toString.call(value) === '[object Uint8Array]', 'expected bytes');

const hostMessage = v.variant('kind', [
  /** Replaces everything shown, and takes back an error and a `busy`. */
  v.object({ version, kind: v.literal('state'), state: panelStateSchema }),
  /** Work goes on; the picture stays. `what` is a sentence without a full stop. */
  v.object({ version, kind: v.literal('busy'), busy: v.boolean(), what: v.optional(v.string()) }),
  /** Shown as a banner over what is there already; null takes it back. */
  v.object({ version, kind: v.literal('error'), error: v.nullable(hostError) }),
  /** Answers a request; `bytes` is the part of a recording that was asked for, `detail` the operation with the slots that it looked at. */
  v.object({ version, kind: v.literal('reply'), id, error: v.optional(v.string()), bytes: v.optional(bytes), detail: v.optional(operationDetailSchema), candidates: v.optional(searchCandidatesSchema) }),
  /** The person wants the page in a form: answered by an `export` of the page's own. */
  v.object({ version, kind: v.literal('exportAs'), format: v.picklist(EXPORT_FORMATS) }),
  /** How far a step is with other settings, then its rows or why there are none. */
  v.object({ version, kind: v.literal('settings'), recording: v.string(), step: v.pipe(v.number(), v.integer()), progress: v.optional(v.string()), rows: v.optional(settingRowsSchema), error: v.optional(v.string()) }),
  /** The cursor went to a line of the text that the recording is of. */
  v.object({ version, kind: v.literal('goToLine'), line: evidenceRefSchema.entries.line }),
  /** The cursor went to a step's text: `index` of the step. */
  v.object({ version, kind: v.literal('goTo'), index: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
]);

const panelMessage = v.variant('kind', [
  /** A file for the person to keep: the host asks where. Replied to at once. */
  v.object({ version, kind: v.literal('export'), id, format: v.picklist(EXPORT_FORMATS), bytes }),
  /** The page is up and shows nothing yet: answered by a `state` and a `reply`. */
  v.object({ version, kind: v.literal('ready'), id }),
  /** The URI is text that came out of a state: the host checks that it is one it would open. */
  v.object({ version, kind: v.literal('openEvidence'), id, uri: evidenceRefSchema.entries.uri, line: evidenceRefSchema.entries.line, column: evidenceRefSchema.entries.column }),
  /** `index` of a step. The host may send a state with the aperture as it is after that step. */
  v.object({ version, kind: v.literal('selectStep'), id, index: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
  /** The packed recording of the state, from a byte on: answered by some of its bytes, one or more unless the end is reached. */
  v.object({ version, kind: v.literal('recordingPart'), id, recording: v.string(), offset: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
  /** Why an operation of the state's recording (from 0) came out as it did: answered by `detail` and `candidates`. Overtakes an earlier one. */
  v.object({ version, kind: v.literal('operation'), id, recording: v.string(), operation: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
  /** A step (by its number) of the state's run under other settings: replied to at once, answered by `settings`. Overtakes an earlier one. */
  v.object({ version, kind: v.literal('trySettings'), id, recording: v.string(), step: v.pipe(v.number(), v.integer(), v.minValue(1)) }),
  v.object({ version, kind: v.literal('stopSettings'), id }),
  v.object({ version, kind: v.literal('command'), id, command: v.picklist(PANEL_COMMANDS) }),
  /** `scenario` is an id of the state's `library`. */
  v.object({ version, kind: v.literal('runScenario'), id, scenario: v.string() }),
]);

export type HostError = v.InferOutput<typeof hostError>;
export type HostMessage = v.InferOutput<typeof hostMessage>;
export type PanelMessage = v.InferOutput<typeof panelMessage>;

/** What a panel asks, before it has an id: one of {@link PanelMessage} without the envelope. */
export type PanelRequest = PanelMessage extends infer M ? (M extends PanelMessage ? Omit<M, 'version' | 'id'> : never) : never;

/** Reads what came from the host. A state is checked throughout: see {@link parsePanelState}. */
export function parseHostMessage(value: unknown): Parsed<HostMessage> {
  const parsed = parseWith(hostMessage, value);
  if (!parsed.ok || parsed.value.kind !== 'state') return parsed;
  const state = parsePanelState(parsed.value.state);
  return state.ok ? { ok: true, value: { ...parsed.value, state: state.value } } : { ok: false, error: `state.${state.error}` };
}

/** Reads what came from the page. */
export function parsePanelMessage(value: unknown): Parsed<PanelMessage> {
  return parseWith(panelMessage, value);
}
