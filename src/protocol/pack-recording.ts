import { ByteWriter } from './byte-stream.ts';
import { packMachine } from './pack-machine.ts';
import type { RecordingColumns } from './recording-columns.ts';

/** First bytes of a packed recording: its name and the version of the form. */
export const RECORDING_MAGIC = [0x44, 0x4d, 0x52, 2] as const;

/**
 * A recording as bytes, some 8 an operation: column after column, numbers of 7 bits a byte.
 *
 * - the magic bytes; operations; runs of slots
 * - steps: pairs of (step minus the one before, operations of it), until all operations have one
 * - kinds: their count, then operation, device, result and cpu of each; then one number an operation, the index of its kind
 * - bytes: a number an operation
 * - copied: 0 for nothing, 1 for as many as `bytes`, else two more than the number
 * - runs: operation minus the one before, first slot minus the one before (signed), count (signed)
 * - what became of the machine: see {@link packMachine}
 * - where operations have lines: the line minus the one before
 *
 * Columns may be longer than the recording: only its first entries count.
 */
export function packRecording(columns: RecordingColumns): Uint8Array {
  const out = new ByteWriter();
  for (const byte of RECORDING_MAGIC) out.byte(byte);
  out.number(columns.operations);
  out.number(columns.runs);
  packSteps(out, columns);
  packKinds(out, columns);
  const { bytes, copied, runOperation, runFirst, runCount } = columns;
  for (let at = 0; at < columns.operations; at++) out.number(bytes[at]!);
  for (let at = 0; at < columns.operations; at++) {
    const value = copied[at]!;
    out.number(value === 0 ? 0 : value === bytes[at] ? 1 : value + 2);
  }
  let operation = 0;
  let first = 0;
  for (let at = 0; at < columns.runs; at++) {
    out.number(runOperation[at]! - operation);
    out.signed(runFirst[at]! - first);
    out.signed(runCount[at]!);
    operation = runOperation[at]!;
    first = runFirst[at]!;
  }
  packMachine(out, columns.machine);
  if (columns.line) packLines(out, columns.line, columns.operations);
  return out.bytes();
}

function packLines(out: ByteWriter, line: Uint32Array, operations: number): void {
  for (let at = 0, before = 0; at < operations; before = line[at++]!) out.number(line[at]! - before);
}

function packSteps(out: ByteWriter, { step, operations }: RecordingColumns): void {
  let before = 0;
  for (let at = 0; at < operations;) {
    const current = step[at]!;
    let end = at + 1;
    while (end < operations && step[end] === current) end++;
    out.number(current - before);
    out.number(end - at);
    before = current;
    at = end;
  }
}

function packKinds(out: ByteWriter, { operation, device, result, cpu, operations }: RecordingColumns): void {
  const kinds = new Map<number, number>();
  const indexes = new Uint32Array(operations);
  const order: number[] = [];
  for (let at = 0; at < operations; at++) {
    // 8 + 16 + 8 + 16 bits: within what a number holds exactly.
    const key = ((operation[at]! * 0x1_0000 + device[at]!) * 0x100 + result[at]!) * 0x1_0000 + cpu[at]!;
    let index = kinds.get(key);
    if (index === undefined) {
      kinds.set(key, index = kinds.size);
      order.push(at);
    }
    indexes[at] = index;
  }
  out.number(order.length);
  for (const at of order) {
    out.number(operation[at]!);
    out.number(device[at]!);
    out.number(result[at]!);
    out.number(cpu[at]!);
  }
  for (let at = 0; at < operations; at++) out.number(indexes[at]!);
}
