import { groupDigits } from '../core/units/bytes.ts';
import { MachinePlayer } from '../protocol/machine-player.ts';
import type { EvidenceRef, PanelRecording, PanelState, Parsed } from '../protocol/panel-state.ts';
import { fill, panelStrings as text } from '../protocol/panel-strings.ts';
import { NO_DEVICE } from '../protocol/recording-columns.ts';
import { RecordingPlayer } from '../protocol/recording-player.ts';
import { recordingBounds, unpackRecording } from '../protocol/unpack-recording.ts';

/** A recording that is there and can be played. */
export interface OpenRecording {
  readonly about: PanelRecording;
  readonly player: RecordingPlayer;
  /** The machine's memory, where the recording tells of it. */
  readonly machine: MachinePlayer | undefined;
  /** Operations that were refused, ascending. */
  readonly refused: Uint32Array;
}

/** How far a page is with the recording of its state. */
export type RecordingShown =
  | { readonly kind: 'loading'; readonly id: string; readonly loaded: number; readonly total: number }
  | { readonly kind: 'open'; readonly id: string; readonly recording: OpenRecording }
  | { readonly kind: 'broken'; readonly id: string; readonly error: string };

/** Opens a recording for the state that told of it. */
export function openRecording(bytes: Uint8Array, about: PanelRecording, state: PanelState): Parsed<OpenRecording> {
  const columns = unpackRecording(bytes, recordingBounds(about, state.scenario?.steps.length ?? 0));
  if (!columns.ok) return columns;
  const pool = state.aperture;
  const player = new RecordingPlayer(columns.value, pool?.slots ?? 0, Math.max(1, pool?.areas.length ?? 0), undefined, about.hints);
  const machine = about.machine && new MachinePlayer(columns.value.machine, about.machine);
  return { ok: true, value: { about, player, machine, refused: refusedOf(player, about) } };
}

function refusedOf({ columns, playable }: RecordingPlayer, about: PanelRecording): Uint32Array {
  const wanted = about.results.indexOf('refused');
  const found: number[] = [];
  for (let at = 0; at < playable; at++) if (columns.result[at] === wanted) found.push(at);
  return Uint32Array.from(found);
}

/** Whether an operation is all that its step did. */
export function isAlone({ player: { columns, playable } }: OpenRecording, operation: number): boolean {
  const step = columns.step[operation];
  return columns.step[operation - 1] !== step && (operation + 1 >= playable || columns.step[operation + 1] !== step);
}

export function isRefused({ about, player }: OpenRecording, operation: number): boolean {
  return about.results[player.columns.result[operation] ?? 0] === 'refused';
}

/** `dma_map_single for nic, 59,964 B on CPU 2: refused` */
export function operationText({ about, player }: OpenRecording, operation: number): string {
  const { columns } = player;
  const device = columns.device[operation] ?? NO_DEVICE;
  let what: string = about.operationNames[columns.operation[operation] ?? 0] ?? '';
  if (device !== NO_DEVICE) what = fill(text.operationFor, what, about.devices[device] ?? '');
  const bytes = columns.bytes[operation] ?? 0;
  if (bytes > 0) what += `, ${groupDigits(bytes)} B`;
  if (device !== NO_DEVICE && bytes > 0) what += ` ${fill(text.onCpu, columns.cpu[operation] ?? 0)}`;
  return `${what}: ${about.results[columns.result[operation] ?? 0] ?? ''}`;
}

/** Number of the scenario's step that an operation belongs to. */
export function stepOfOperation({ player }: OpenRecording, operation: number): number | undefined {
  const step = player.columns.step[operation];
  return step === undefined ? undefined : step + 1;
}

/** Where an operation stands in the text that the recording is of. */
export function evidenceOfOperation({ about, player }: OpenRecording, operation: number): EvidenceRef | undefined {
  const line = player.columns.line?.[operation];
  return about.source && line !== undefined ? { label: `${about.source.label}:${line}`, uri: about.source.uri, line, column: 1 } : undefined;
}

/** Operations done when a line of that text is reached: those up to it; undefined where none stands there. */
export function positionOfLine({ player }: OpenRecording, line: number): number | undefined {
  const { columns, playable } = player;
  if (!columns.line) return undefined;
  const position = lowerBound(columns.line, playable, line + 1);
  return position > 0 ? position : undefined;
}

/** Operations done when a step is shown: up to its first that was refused, else up to its last. */
export function positionOfStep(recording: OpenRecording, step: number): number | undefined {
  const { columns, playable } = recording.player;
  const first = lowerBound(columns.step, playable, step - 1);
  const end = lowerBound(columns.step, playable, step);
  if (first === end) return undefined;
  const failed = recording.refused[lowerBound(recording.refused, recording.refused.length, first)];
  return failed !== undefined && failed < end ? failed + 1 : end;
}

/** Position behind the next or the previous operation that was refused; undefined where there is none. */
export function positionOfRefusal({ refused }: OpenRecording, position: number, direction: 1 | -1): number | undefined {
  const at = direction === 1 ? lowerBound(refused, refused.length, position) : lowerBound(refused, refused.length, position - 1) - 1;
  const operation = refused[at];
  return operation === undefined ? undefined : operation + 1;
}

/** Index of the first entry that is not below a value. */
export function lowerBound(sorted: Uint32Array, length: number, value: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
