import { SEGMENT_SLOTS } from '../protocol/panel-state.ts';
import type { PanelState } from '../protocol/panel-state.ts';
import { NO_DEVICE } from '../protocol/recording-columns.ts';
import type { ApertureModel } from './aperture-model.ts';
import type { OpenRecording } from './open-recording.ts';
import type { OperationShown } from './page-model.ts';

/** The operations of the recording as CSV, else the segments of the aperture; lines end as RFC 4180 has it. */
export function dataAsCsv(recording: OpenRecording | undefined, aperture: ApertureModel | undefined): string {
  return recording ? operationsCsv(recording) : aperture ? segmentsCsv(aperture) : '';
}

function operationsCsv({ about, player }: OpenRecording): string {
  const { columns, usedAfter, playable } = player;
  const lines = ['operation,step,name,device,cpu,bytes,result,used_slots,copied_bytes'];
  for (let at = 0; at < playable; at++) {
    const device = columns.device[at] ?? NO_DEVICE;
    lines.push([
      at + 1, (columns.step[at] ?? 0) + 1, about.operationNames[columns.operation[at] ?? 0] ?? '', quoted(about.devices[device] ?? ''), columns.cpu[at],
      columns.bytes[at], about.results[columns.result[at] ?? 0] ?? '', at + 1 < about.slotsFrom ? '' : usedAfter[at],
      // A trace does not state what was copied.
      about.source ? '' : columns.copied[at],
    ].join(','));
  }
  return `${lines.join('\r\n')}\r\n`;
}

function segmentsCsv(model: ApertureModel): string {
  const lines = ['segment,first_slot,last_slot,machine_address,used_slots,free_slots,longest_free_run'];
  for (let segment = 0; segment < model.segments; segment++) {
    const [first, last] = slotsOf(model, segment);
    const free = model.free[segment] ?? 0;
    lines.push([segment, first, last, model.pool.segmentMachine?.[segment] ?? '', last + 1 - first - free, free, model.longest[segment]].join(','));
  }
  return `${lines.join('\r\n')}\r\n`;
}

function slotsOf({ pool }: ApertureModel, segment: number): readonly [number, number] {
  return [segment * SEGMENT_SLOTS, Math.min(pool.slots, (segment + 1) * SEGMENT_SLOTS) - 1];
}

function quoted(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** All that the page shows, as JSON: the state, and the aperture as it is at the position. Sizes are bytes, addresses `0x…`. */
export function dataAsJson(state: PanelState, aperture: ApertureModel | undefined, position: number | undefined, operation: OperationShown | undefined): string {
  const { aperture: pool, ...rest } = state;
  const shown = aperture && {
    ...aperture.pool, owners: undefined, mappings: aperture.mappings(),
    segments: Array.from({ length: aperture.segments }, (_, segment) => ({ first: slotsOf(aperture, segment)[0], free: aperture.free[segment], longestFreeRun: aperture.longest[segment] })),
  };
  return `${JSON.stringify({ ...rest, operationsDone: position, aperture: shown ?? (pool && { ...pool, owners: undefined }), operation: operation?.detail }, null, 2)}\n`;
}
