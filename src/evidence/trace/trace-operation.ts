/**
 * What one line of a DMA trace states, typed. Addresses and sizes are plain numbers of bytes, DMA masks are whole 64-bit
 * values. `line` counts from 1; `seq` is the plan's own count.
 */

interface At {
  readonly line: number;
  readonly seq: number;
}

/** One area's counters: `a:used:hint`. */
export interface AreaState {
  readonly area: number;
  readonly used: number;
  /** Where its next search begins, in slots from its first: area->index, io_tlb_index before 6.0. */
  readonly hint: number;
}

/** `count` pages from `pfn` on; their frames are `mfn`, `mfn` + `step`, … */
export interface FrameRun {
  readonly pfn: number;
  readonly count: number;
  /** undefined: an identity or an invalid entry of the p2m. */
  readonly mfn: number | undefined;
  readonly step: number;
}

/** `m`: dma_map_single. */
export interface MapOperation extends At {
  readonly kind: 'map';
  readonly cpu: number;
  readonly id: string;
  readonly bytes: number;
  /** Physical (guest-physical) address of the buffer. */
  readonly origAddress: number;
  readonly result: 'BOUNCE' | 'DIRECT' | 'FAIL' | 'BADPLAN';
  /** Bus address, address of the bounce slot as the kernel sees it, slot and padding: present unless the call failed. */
  readonly bus: number;
  readonly tlbAddress: number;
  readonly slot: number;
  readonly pad: number;
  readonly used: number;
  /** Areas whose counters the operation changed. */
  readonly areas: readonly AreaState[];
}

/** `u`: dma_unmap_single. `SKIP`: nothing was mapped under that id and nothing was called. */
export interface UnmapOperation extends At {
  readonly kind: 'unmap';
  readonly cpu: number;
  readonly id: string;
  readonly result: 'OK' | 'SKIP';
  readonly bus: number | undefined;
  readonly used: number;
  readonly areas: readonly AreaState[];
}

/** `SF` and `SU` lines of one dump of the slot list, in order. */
export interface SlotsOperation extends At {
  readonly kind: 'slots';
  readonly runs: readonly {
    readonly line: number;
    readonly first: number;
    readonly count: number;
    /** List value of the first slot: 0 for a used run. */
    readonly list: number;
  }[];
}

/** `k`: a property of the device, or of the plan's runner, was set. */
export interface SetOperation extends At {
  readonly kind: 'set';
  readonly what: 'mask' | 'cmask' | 'rawmask' | 'rawcmask' | 'minalign' | 'segb' | 'cpu' | 'src';
  readonly argument: bigint;
  readonly rc: number;
  /** The mask that holds afterwards, where the line states it. */
  readonly value: bigint | undefined;
}

/** `r`: what the kernel answers about the device. */
export interface QueryOperation extends At {
  readonly kind: 'query';
  readonly dmaMask: bigint;
  readonly coherentMask: bigint;
  readonly maxMappingSize: bigint;
  /** 0n: the kernel has no such function. */
  readonly optMappingSize: bigint;
  readonly requiredMask: bigint;
  readonly addressingLimited: boolean;
}

/** `c`: dma_alloc_coherent. */
export interface AllocOperation extends At {
  readonly kind: 'alloc';
  readonly cpu: number;
  readonly id: string;
  readonly bytes: number;
  readonly coherentMask: bigint;
  readonly result: 'OK' | 'FAIL';
  readonly bus: number;
  readonly physical: number;
  readonly machineRuns: number;
  /** PageXenRemapped. */
  readonly remapped: boolean;
  readonly p2mChanged: number;
}

/** `f`: dma_free_coherent. */
export interface FreeOperation extends At {
  readonly kind: 'free';
  readonly cpu: number;
  readonly id: string;
  readonly result: 'OK' | 'SKIP';
  readonly remapped: boolean;
  readonly p2mChanged: number;
}

/** `x`: p2m entries that the operation with the same `seq`, whose own line follows, changed. */
export interface P2mChange extends At {
  readonly kind: 'p2m-change';
  readonly before: FrameRun;
  readonly after: FrameRun;
}

/** `P`: one run of a dump of the p2m. */
export interface P2mDump extends At {
  readonly kind: 'p2m';
  readonly run: FrameRun;
}

/** `h`: Xen's free pages, in all and by zone: zone z holds frames of [2^(z-1), 2^z). */
export interface HeapOperation extends At {
  readonly kind: 'heap';
  readonly totalPages: number;
  readonly zones: ReadonlyMap<number, number>;
}

/** `g`: plain alloc_pages. `zone` as asked: 0 Normal, 1 DMA, 2 DMA32. */
export interface PagesOperation extends At {
  readonly kind: 'pages';
  readonly id: string;
  readonly order: number;
  readonly zone: number;
  readonly result: 'OK' | 'FAIL';
  readonly pfn: number;
  readonly mfn: number;
  readonly machineRuns: number;
}

/** `gf`: those pages freed. */
export interface PagesFreed extends At {
  readonly kind: 'pages-freed';
  readonly id: string;
}

/** `K`: debug keys sent to Xen. */
export interface KeysOperation extends At {
  readonly kind: 'keys';
  readonly keys: string;
  readonly rc: number;
}

/** `#src` with its `#srcrun` lines: the buffer that mappings are made of from here on. `seq` is that of the operation before. */
export interface SourceChange extends At {
  readonly kind: 'source';
  readonly physical: number;
  readonly order: number;
  readonly runs: readonly FrameRun[];
}

export type TraceOperation =
  | MapOperation | UnmapOperation | SlotsOperation | SetOperation | QueryOperation | AllocOperation | FreeOperation
  | P2mChange | P2mDump | HeapOperation | PagesOperation | PagesFreed | KeysOperation | SourceChange;

/** The aperture at the start of a trace: `#tlb`. */
export interface TraceAperture {
  readonly line: number;
  /** First address and first address behind, physical (guest-physical under Xen PV). */
  readonly start: number;
  readonly end: number;
  readonly slots: number;
  /** 1 for kernels without areas, 0 without a pool. */
  readonly areas: number;
  readonly force: boolean;
  readonly used: number;
}

/** The device at the start of a trace: `#dev`. */
export interface TraceDevice {
  readonly dmaMask: bigint;
  readonly coherentMask: bigint;
  readonly boundaryMask: bigint;
  readonly minAlignMask: bigint;
}

/** One plan as a kernel ran it. */
export interface Trace {
  readonly name: string;
  /** Path of the plan on the machine that ran it, where stated. */
  readonly plan: string | undefined;
  /** Line of `#trace`. */
  readonly line: number;
  /** `uname -r` and the rest of `#uts`. */
  readonly release: string;
  readonly banner: string;
  readonly xenPv: boolean;
  readonly initialDomain: boolean;
  readonly cpusPossible: number;
  readonly aperture: TraceAperture;
  /** Machine address of the aperture's first page: `#tlb_machine`, under Xen. */
  readonly apertureMachine: number | undefined;
  readonly device: TraceDevice;
  readonly areas: readonly AreaState[];
  /** Operations between `#plan` and `#trace`: they set the device up. */
  readonly setup: readonly TraceOperation[];
  readonly operations: readonly TraceOperation[];
  /** `#areas_end`. */
  readonly areasEnd: { readonly line: number; readonly areas: readonly AreaState[]; readonly used: number } | undefined;
  /** Whether the plan ran to its end: `#end`. */
  readonly ended: boolean;
}
