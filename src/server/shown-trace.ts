import { coherentLimit, streamingLimit } from '../core/platform/limits.ts';
import type { Platform } from '../core/platform/platform.ts';
import { SEGMENT_SLOTS, SLOT_BYTES } from '../core/platform/aperture-size.ts';
import { formatAddress } from '../core/units/addresses.ts';
import { groupDigits } from '../core/units/bytes.ts';
import type { Trace, TraceOperation } from '../evidence/trace/trace-operation.ts';
import type { EvidenceRef, ExplainLine, PanelAperture, PanelState, PanelStep } from '../protocol/panel-state.ts';
import type { OperationAnswer } from '../protocol/server-requests.ts';
import { type TraceRecording, type RecordedPlan, recordTraces } from '../replay/record-trace.ts';
import { platformOfTrace } from '../replay/replay-trace.ts';
import { inSlices } from './in-slices.ts';
import { packedRecording } from './packed-recording.ts';
import { explainLine, limitState, platformFacts, stepNumber } from './panel-state-of.ts';
import { SearchAnswer } from './search-answer.ts';
import type { ShownRun } from './shown-run.ts';
import { until } from './until.ts';

/** A file of traces, and which of them are shown. */
export interface TraceSource {
  readonly uri: string;
  /** What links to it say. */
  readonly label: string;
  readonly traces: readonly Trace[];
  /** The first of those that are shown, and the index behind the last. */
  readonly range: readonly [number, number];
}

/** @throws ResponseError once the client has cancelled */
export async function shownTrace(source: TraceSource, isCancelled: () => boolean): Promise<ShownRun> {
  const shown = source.traces.slice(...source.range);
  const recorded = await inSlices(recordTraces(shown, source.traces), isCancelled);
  const { recording, plans, lines, hints, fault, cut } = recorded;
  const about = {
    source: { uri: source.uri, label: source.label }, hints: [...hints],
    ...(fault
      ? { ends: { text: `The model does not answer line ${fault.line} as the kernel did: the trace states ${fault.stated}, the model ${fault.predicted}.`, from: at(source, fault.line) } }
      : cut ? { ends: { text: 'The trace was cut short: it has no #end.', from: at(source, lines.at(-1) ?? 1) } } : {}),
  };
  const packed = packedRecording(recording, plans.reduce((sum, { operations }) => sum + operations, 0), about, lines);
  const state = { ...traceState(source, recorded, shown), recording: packed.about };
  return {
    recording: packed,
    state: () => state,
    operation: (operation, cancelled) => traceOperation(source, shown, operation, cancelled),
  };
}

function at({ uri, label }: TraceSource, line: number): EvidenceRef {
  return { label: `${label}:${line}`, uri, line, column: 1 };
}

function traceState(source: TraceSource, recorded: TraceRecording, [first]: readonly Trace[]): PanelState {
  const platform = first && platformOfTrace(first, source.uri);
  const pool = first && apertureOf(first, recorded);
  return {
    version: 1, title: source.label,
    ...(platform ? { platform: { label: platform.label, facts: factsOf(platform) } } : {}),
    scenario: { name: source.label, uri: source.uri, steps: recorded.plans.map((plan, index) => stepOf(source, plan, index)) },
    ...(pool ? { aperture: pool } : {}),
    limits: platform ? [limitState('Coherent allocation', coherentLimit(platform)), limitState('Streaming mapping', streamingLimit(platform))] : [],
  };
}

/** Nothing in a trace says what memory the machine has. */
function factsOf(platform: Platform): ReturnType<typeof platformFacts> {
  return platformFacts(platform).filter(({ name }) => name !== 'Memory map');
}

function stepOf(source: TraceSource, { trace, operations, refused }: RecordedPlan, index: number): PanelStep {
  const count = operations === 1 ? '1 operation' : `${groupDigits(operations)} operations`;
  return {
    index: stepNumber(index), op: 'plan', ok: refused === 0, summary: `${trace.name}: ${count}, ${groupDigits(refused)} refused`,
    explain: [], from: at(source, trace.line),
  };
}

function apertureOf({ aperture: { slots, areas: count, start } }: Trace, { recording, hints, segments }: TraceRecording): PanelAperture | undefined {
  if (slots === 0) return undefined;
  const areas = Math.max(1, count);
  return {
    slots, slotBytes: SLOT_BYTES, segmentSlots: SEGMENT_SLOTS, bytes: slots * SLOT_BYTES, used: 0, start: formatAddress(start),
    areas: Array.from({ length: areas }, (_, area) => ({ first: area * (slots / areas), slots: slots / areas, used: 0, hint: hints[area] ?? 0 })),
    mappings: [],
    ...(segments && recording.length > 0 ? { segmentMachine: segments.map((address) => formatAddress(address)) } : {}),
  };
}

/** A replay is deterministic: its beginning is done again. */
async function traceOperation(source: TraceSource, shown: readonly Trace[], operation: number, isCancelled: () => boolean): Promise<OperationAnswer | undefined> {
  const search = new SearchAnswer();
  let found: { line: number; ok: boolean; explain: ExplainLine[] } | undefined;
  const work = recordTraces(shown, source.traces, {
    operation,
    onSearch: search.onSearch,
    onOutcome: (line, verdict) => {
      found = { line, ok: verdict?.ok ?? true, explain: (verdict?.explain ?? []).map(explainLine) };
    },
  });
  await inSlices(until(work, () => found !== undefined), isCancelled);
  if (!found) return undefined;
  const { line, ok, explain } = found;
  const stated = shown.flatMap(({ operations }) => operations).find((each) => each.line === line);
  return search.answer(operation, ok, [{ text: stated ? statedText(stated) : '', from: at(source, line) }, ...explain]);
}

/** What the line of an operation says, in words. */
function statedText(operation: TraceOperation): string {
  switch (operation.kind) {
    case 'map': {
      const asked = `${groupDigits(operation.bytes)} bytes at ${formatAddress(operation.origAddress)} on CPU ${operation.cpu}`;
      const slot = operation.result === 'BOUNCE' ? ` in slot ${groupDigits(operation.slot)}` : '';
      return `The kernel was asked for ${asked}: ${operation.result}${slot}, ${groupDigits(operation.used)} slots used`;
    }
    case 'unmap': return `The kernel unmapped ${operation.id}: ${operation.result}, ${groupDigits(operation.used)} slots used`;
    case 'alloc': return `The kernel was asked for ${groupDigits(operation.bytes)} coherent bytes: ${operation.result}${operation.remapped ? ', exchanged' : ''}`;
    case 'free': return `The kernel freed ${operation.id}: ${operation.result}`;
    case 'set': return `The plan set ${operation.what} to ${operation.argument}: ${operation.rc === 0 ? 'accepted' : `refused, ${operation.rc}`}`;
    case 'pages': return `The kernel was asked for pages of order ${operation.order}: ${operation.result}`;
    default: return `The plan's operation ${operation.seq}`;
  }
}
