import { ByteReader } from './byte-stream.ts';
import { unpackMachine } from './pack-machine.ts';
import { RECORDING_MAGIC } from './pack-recording.ts';
import type { PanelRecording, Parsed } from './panel-state.ts';
import { NO_DEVICE, type RecordingColumns } from './recording-columns.ts';

/** What is known of a recording before its bytes are there; they are held against it. */
export interface RecordingBounds {
  readonly operations: number;
  readonly runs: number;
  readonly operationNames: number;
  readonly devices: number;
  readonly results: number;
  readonly steps: number;
  /** Changes of the machine, and its domains. */
  readonly changes: number;
  readonly owners: number;
  /** Whether operations have lines. */
  readonly lines: boolean;
}

/** What a state tells of its recording. @param steps of the scenario */
export function recordingBounds(about: PanelRecording, steps: number): RecordingBounds {
  const { operations, runs, operationNames, devices, results, machine, source } = about;
  return {
    operations, runs, steps, operationNames: operationNames.length, devices: devices.length, results: results.length,
    changes: machine?.changes ?? 0, owners: machine?.owners.length ?? 0, lines: source !== undefined,
  };
}

/** Reads what `packRecording` wrote; an index that names nothing, or bytes missing or left over, are an error that says where. */
export function unpackRecording(bytes: Uint8Array, bounds: RecordingBounds): Parsed<RecordingColumns> {
  try {
    return { ok: true, value: unpack(new ByteReader(bytes), bounds) };
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, error: `recording: ${error.message}` };
    throw error;
  }
}

function unpack(input: ByteReader, bounds: RecordingBounds): RecordingColumns {
  for (const byte of RECORDING_MAGIC) if (input.byte() !== byte) throw new RangeError('not a recording of this version: reload the window');
  const operations = expected(input, 'operations', bounds.operations);
  const runs = expected(input, 'runs of slots', bounds.runs);
  const step = unpackSteps(input, operations, bounds.steps);
  const kinds = unpackKinds(input, operations, bounds);
  const bytes = new Float64Array(operations);
  for (let at = 0; at < operations; at++) bytes[at] = input.number();
  const copied = new Float64Array(operations);
  for (let at = 0; at < operations; at++) {
    const value = input.number();
    copied[at] = value === 1 ? bytes[at]! : Math.max(0, value - 2);
  }
  const slots = unpackRuns(input, runs, operations);
  const columns = { operations, step, ...kinds, bytes, copied, runs, ...slots, machine: unpackMachine(input, bounds), ...(bounds.lines ? { line: unpackLines(input, operations) } : {}) };
  if (!input.atEnd) throw new RangeError(`goes on behind its end, at byte ${input.at}`);
  return columns;
}

function expected(input: ByteReader, what: string, wanted: number): number {
  const found = input.number();
  if (found !== wanted) throw new RangeError(`${found} ${what}, expected ${wanted}`);
  return found;
}

function unpackLines(input: ByteReader, operations: number): Uint32Array {
  const line = new Uint32Array(operations);
  for (let at = 0, current = 0; at < operations; at++) {
    current += input.number();
    if (current > 0xffff_ffff) throw new RangeError(`operation ${at} stands in line ${current}`);
    line[at] = current;
  }
  return line;
}

function unpackSteps(input: ByteReader, operations: number, steps: number): Uint32Array {
  const step = new Uint32Array(operations);
  let current = 0;
  for (let at = 0; at < operations;) {
    current += input.number();
    const count = input.number();
    if (current >= steps) throw new RangeError(`operation ${at} is of step ${current + 1} of ${steps}`);
    if (count < 1 || count > operations - at) throw new RangeError(`step ${current + 1} has ${count} operations of ${operations - at}`);
    step.fill(current, at, at + count);
    at += count;
  }
  return step;
}

function unpackKinds(input: ByteReader, operations: number, bounds: RecordingBounds): Pick<RecordingColumns, 'operation' | 'device' | 'result' | 'cpu'> {
  const columns = { operation: new Uint8Array(operations), device: new Uint16Array(operations), result: new Uint8Array(operations), cpu: new Uint16Array(operations) };
  const count = input.number();
  if (count > operations) throw new RangeError(`${count} kinds of ${operations} operations`);
  const kinds = new Uint16Array(4 * count);
  for (let at = 0; at < 4 * count; at++) {
    const value = input.number();
    const limit = [bounds.operationNames, bounds.devices, bounds.results, 0x1_0000][at % 4]!;
    if (value >= limit && !(at % 4 === 1 && value === NO_DEVICE)) throw new RangeError(`kind ${Math.floor(at / 4)}: ${value}, expected less than ${limit}`);
    kinds[at] = value;
  }
  for (let at = 0; at < operations; at++) {
    const kind = input.number();
    if (kind >= count) throw new RangeError(`operation ${at} is of kind ${kind} of ${count}`);
    columns.operation[at] = kinds[4 * kind]!;
    columns.device[at] = kinds[4 * kind + 1]!;
    columns.result[at] = kinds[4 * kind + 2]!;
    columns.cpu[at] = kinds[4 * kind + 3]!;
  }
  return columns;
}

function unpackRuns(input: ByteReader, runs: number, operations: number): Pick<RecordingColumns, 'runOperation' | 'runFirst' | 'runCount'> {
  const columns = { runOperation: new Uint32Array(runs), runFirst: new Uint32Array(runs), runCount: new Int32Array(runs) };
  let operation = 0;
  let first = 0;
  for (let at = 0; at < runs; at++) {
    operation += input.number();
    first += input.signed();
    const count = input.signed();
    if (operation >= operations) throw new RangeError(`run ${at} is of operation ${operation} of ${operations}`);
    if (first < 0 || first > 0xffff_ffff || count === 0 || Math.abs(count) > 0x7fff_ffff) throw new RangeError(`run ${at}: ${count} slots from slot ${first}`);
    columns.runOperation[at] = operation;
    columns.runFirst[at] = first;
    columns.runCount[at] = count;
  }
  return columns;
}
