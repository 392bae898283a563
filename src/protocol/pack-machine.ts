import { PAGE_SIZE } from '../core/units/pages.ts';
import type { ByteReader, ByteWriter } from './byte-stream.ts';
import { MACHINE_LAYERS } from './machine-changes.ts';
import type { MachineChanges } from './machine-changes.ts';

/** Widest address that a change may name, in bytes. */
const MOST = 2 ** 52;
const MOST_ORDER = 63;

/**
 * A machine's changes as numbers: how many, then of each the operation minus the one before, the layer, the first byte minus the one
 * before (signed), the count (signed) and, of blocks, their order. What lies in whole pages is counted in pages.
 */
export function packMachine(out: ByteWriter, changes: MachineChanges): void {
  out.number(changes.length);
  let operation = 0;
  let first = 0;
  for (let at = 0; at < changes.length; at++) {
    const layer = changes.layer[at]!;
    const unit = firstUnit(layer);
    const start = changes.first[at]! / unit;
    out.number(changes.operation[at]! - operation);
    out.number(layer);
    out.signed(start - first);
    out.signed(changes.count[at]! / countUnit(layer));
    if (hasOrder(layer)) out.number(changes.order[at]!);
    operation = changes.operation[at]!;
    first = start;
  }
}

/** @throws RangeError where a change names an owner, an operation or an address that there is not */
export function unpackMachine(input: ByteReader, bounds: { readonly changes: number; readonly operations: number; readonly owners: number }): MachineChanges {
  const length = input.number();
  if (length !== bounds.changes) throw new RangeError(`${length} changes of the machine, expected ${bounds.changes}`);
  const changes = { length, operation: new Uint32Array(length), layer: new Uint16Array(length), first: new Float64Array(length), count: new Float64Array(length), order: new Uint8Array(length) };
  let operation = 0;
  let first = 0;
  for (let at = 0; at < length; at++) {
    operation += input.number();
    const layer = input.number();
    first += input.signed();
    const start = first * firstUnit(layer);
    const count = input.signed() * countUnit(layer);
    const order = hasOrder(layer) ? input.number() : 0;
    if (operation > bounds.operations) throw new RangeError(`change ${at} is of operation ${operation} of ${bounds.operations}`);
    if (layer >= MACHINE_LAYERS.frames + bounds.owners) throw new RangeError(`change ${at} is of owner ${layer - MACHINE_LAYERS.frames + 1} of ${bounds.owners}`);
    if (start < 0 || start > MOST || count === 0 || Math.abs(count) > MOST || order > MOST_ORDER) throw new RangeError(`change ${at}: ${count} from ${start}`);
    changes.operation[at] = operation;
    changes.layer[at] = layer;
    changes.first[at] = start;
    changes.count[at] = count;
    changes.order[at] = order;
  }
  return changes;
}

function hasOrder(layer: number): boolean {
  return layer === MACHINE_LAYERS.block || layer === MACHINE_LAYERS.pages;
}

function firstUnit(layer: number): number {
  return layer === MACHINE_LAYERS.block || layer >= MACHINE_LAYERS.frames ? PAGE_SIZE : 1;
}

function countUnit(layer: number): number {
  return layer >= MACHINE_LAYERS.frames ? PAGE_SIZE : 1;
}
