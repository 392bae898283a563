import type { OpenRecording } from './open-recording.ts';
import { lowerBound, stepOfOperation } from './open-recording.ts';

/** A stretch of a recording that belongs to one step of the scenario. */
export interface TimePart {
  /** Number of the step. */
  readonly step: number;
  /** Operations from `first` to before `end`. */
  readonly first: number;
  readonly end: number;
  readonly refused: number;
  /** Slots in use at most, and after its last operation. */
  readonly highWater: number;
  readonly used: number;
  readonly copied: number;
}

/** A recording reduced to a width: what a picture of it draws. */
export interface Timeline {
  readonly width: number;
  readonly operations: number;
  /** Most slots in use over the operations of each pixel: a peak of one operation is seen. */
  readonly used: Uint32Array;
  /** Whether one of the operations of each pixel was refused. */
  readonly refused: Uint8Array;
  /** Bytes copied in each bar, and operations that a bar stands for. */
  readonly copied: Float64Array;
  readonly perBar: number;
  readonly peakCopied: number;
  /** Operations whose slots are not kept: those of a machine that was booted anew later. */
  readonly untold: number;
}

const BAR_PIXELS = 4;

export function reduceTimeline({ about, player, refused }: OpenRecording, width: number): Timeline {
  const { columns, usedAfter, playable: operations } = player;
  const used = new Uint32Array(width);
  const marks = new Uint8Array(width);
  const perPixel = operations / width;
  for (let x = 0; x < width; x++) {
    const end = Math.max(Math.floor(x * perPixel) + 1, Math.ceil((x + 1) * perPixel));
    let most = 0;
    for (let at = Math.floor(x * perPixel); at < end && at < operations; at++) if ((usedAfter[at] ?? 0) > most) most = usedAfter[at] ?? 0;
    used[x] = most;
  }
  for (const operation of refused) marks[Math.min(width - 1, Math.floor((operation + 0.5) / perPixel))] = 1;
  const perBar = Math.max(1, Math.ceil(operations / Math.max(1, Math.floor(width / BAR_PIXELS))));
  const copied = new Float64Array(Math.ceil(operations / perBar));
  let peakCopied = 0;
  for (let bar = 0; bar < copied.length; bar++) {
    let sum = 0;
    for (let at = bar * perBar; at < (bar + 1) * perBar && at < operations; at++) sum += columns.copied[at] ?? 0;
    copied[bar] = sum;
    if (sum > peakCopied) peakCopied = sum;
  }
  return { width, operations, used, refused: marks, copied, perBar, peakCopied, untold: Math.min(operations, about.slotsFrom) };
}

/** The scenario's steps that have operations in the recording, in their order. */
export function timeParts(recording: OpenRecording): TimePart[] {
  const { columns, usedAfter, playable } = recording.player;
  const parts: TimePart[] = [];
  for (let first = 0; first < playable;) {
    const step = stepOfOperation(recording, first) ?? 0;
    const end = lowerBound(columns.step, playable, step);
    let highWater = 0;
    let copied = 0;
    for (let at = first; at < end; at++) {
      if ((usedAfter[at] ?? 0) > highWater) highWater = usedAfter[at] ?? 0;
      copied += columns.copied[at] ?? 0;
    }
    const { refused } = recording;
    const failed = lowerBound(refused, refused.length, end) - lowerBound(refused, refused.length, first);
    parts.push({ step, first, end, refused: failed, highWater, used: usedAfter[end - 1] ?? 0, copied });
    first = end;
  }
  return parts;
}
