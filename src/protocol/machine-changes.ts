/**
 * What a change of a machine is of, as a run's journal counts it: free blocks of the hypervisor by address, free blocks of the
 * kernel's page allocator by zone, coherent memory, pools of slots beside the first, the slots that are in use in them, and from `frames` on the frames of one domain after the other.
 */
export const MACHINE_LAYERS = { block: 0, pages: 1, contiguous: 2, grown: 3, transient: 4, slots: 5, frames: 6 } as const;

/**
 * How a machine's memory changed hands, in columns of one length, from its boot on. `operation` never falls: the number of operations
 * that were done with a change.
 */
export interface MachineChanges {
  readonly length: number;
  readonly operation: Uint32Array;
  readonly layer: Uint16Array;
  /** First byte; for `pages` the zone. */
  readonly first: Float64Array;
  /** Bytes that came, or negative went; for `block` and `pages` blocks. */
  readonly count: Float64Array;
  /** Order of blocks, else 0. */
  readonly order: Uint8Array;
}

/** A machine of which nothing is told. */
export const NO_CHANGES: MachineChanges = {
  length: 0, operation: new Uint32Array(0), layer: new Uint16Array(0), first: new Float64Array(0), count: new Float64Array(0), order: new Uint8Array(0),
};
