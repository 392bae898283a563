import { coherentBytes, exchangeNeed } from '../core/dma/exchange-need.ts';
import { zoneOfFrame } from '../core/machine/address-zone.ts';
import { FrameSet } from '../core/units/frame-set.ts';
import { type ExtentProblem, ObservedHeap } from '../core/machine/observed-heap.ts';
import { P2m } from '../core/machine/p2m.ts';
import type { Features } from '../core/platform/features.ts';
import { ALL_ADDRESSES, bitsOfMask } from '../core/units/dma-mask.ts';
import { PAGE_SIZE, orderFor, pagesFor } from '../core/units/pages.ts';
import type {
  AllocOperation, FrameRun, FreeOperation, HeapOperation, P2mChange, P2mDump, PagesOperation, Trace, TraceOperation,
} from '../evidence/trace/trace-operation.ts';
import { MATCHED, type StepVerdict, differs } from './step-verdict.ts';

/** The coherent side of a replay: told every operation of a trace in order, it judges those that are its own. */
export interface CoherentReplay {
  /** @returns undefined where the operation is not of this side, or states nothing by itself */
  step(operation: TraceOperation): StepVerdict | undefined;
  /** What is known of the machine now: the plans of one boot run one after another on it. */
  readonly memory: CoherentMemory;
}

/** A machine as far as traces of it have shown it. */
export interface CoherentMemory {
  readonly p2m: P2m;
  readonly heap: ObservedHeap;
  /** Pages that were given back to the kernel's own allocator and have not been seen since. */
  readonly returnedPages: FrameSet;
}

interface Block {
  readonly pfn: number;
  readonly order: number;
  readonly bytes: number;
  readonly bus: number;
  readonly remapped: boolean;
}

/** xen/include/asm-x86/config.h, Xen 4.0 and later: what a trace that names no version is judged by. */
const XEN_MAX_ORDER = 18;

/** include/linux/mmzone.h: PAGE_ALLOC_COSTLY_ORDER: up to it the page allocator reclaims until it succeeds. */
const COSTLY_ORDER = 3;

/** arch/x86/include/asm/dma.h: MAX_DMA_PFN, 16 MiB. */
const ZONE_DMA_PAGES = 4096;

/**
 * Replays coherent allocations, plain pages, p2m and heap readings. Which pages the kernel's own allocator chose is the
 * trace's to say; what becomes of them is judged: whether an exchange takes place and whether it can succeed, the frames'
 * runs, alignment and zone, the p2m entries that change, and every zone's free pages afterwards. Xen's lists inside a zone are
 * not in a trace, nor are the kernel's: where the zones' numbers and what was given back do not decide whether a block was free,
 * either outcome is accepted.
 * @param trace its setup operations come first, then its operations
 * @param carried what earlier plans of the same boot have shown
 */
export function coherentReplay(trace: Trace, features: Features, carried?: CoherentMemory): CoherentReplay {
  return new Replay(trace, features, carried);
}

class Replay implements CoherentReplay {
  readonly memory: CoherentMemory;
  readonly #features: Features;
  readonly #pv: boolean;
  readonly #blocks = new Map<string, Block>();
  readonly #pages = new Map<string, { readonly pfn: number; readonly order: number }>();
  #mask: number;
  #changes: P2mChange[] = [];
  /** `seq` of the last operation that was judged: a heap reading with it states what that operation left. */
  #judged: number | undefined;

  constructor(trace: Trace, features: Features, carried: CoherentMemory | undefined) {
    this.#features = features;
    this.#pv = trace.xenPv;
    this.#mask = maskOf(trace.device.coherentMask);
    this.memory = carried ?? { p2m: new P2m(), heap: new ObservedHeap(features.xenMaxOrder?.value ?? XEN_MAX_ORDER), returnedPages: new FrameSet() };
  }

  step(operation: TraceOperation): StepVerdict | undefined {
    switch (operation.kind) {
      case 'set':
        if ((operation.what === 'cmask' || operation.what === 'rawcmask') && operation.value !== undefined) this.#mask = maskOf(operation.value);
        return undefined;
      case 'p2m-change':
        this.#changes.push(operation);
        return undefined;
      case 'heap': return this.#heapReading(operation);
      case 'p2m': return this.#dumped(operation);
      case 'alloc': return this.#judge(operation, this.#allocated(operation));
      case 'free': return this.#judge(operation, this.#freed(operation));
      case 'pages': return this.#pagesTaken(operation);
      case 'pages-freed': return this.#pagesFreed(operation.id);
      default: return undefined;
    }
  }

  #judge(operation: AllocOperation | FreeOperation, verdict: StepVerdict): StepVerdict {
    this.#changes = [];
    this.#judged = operation.seq;
    return verdict;
  }

  #heapReading({ seq, zones, totalPages }: HeapOperation): StepVerdict | undefined {
    const { heap } = this.memory;
    const follows = this.#judged === seq && heap.stated;
    this.#judged = undefined;
    const expected = [...heap.totals];
    const differing = heap.state(zones);
    const sum = [...zones.values()].reduce((total, pages) => total + pages, 0);
    if (sum !== totalPages) return differs(`${totalPages} pages free in all`, `${sum} pages: the sum of the zones`);
    if (!follows) return undefined;
    const [zone] = differing;
    return zone === undefined ? MATCHED : differs(`zone ${zone}: ${zones.get(zone) ?? 0} pages free`, `zone ${zone}: ${expected[zone] ?? 0} pages free`);
  }

  #dumped({ run }: P2mDump): StepVerdict | undefined {
    const { p2m } = this.memory;
    if (run.mfn === undefined) return undefined;
    const frames = framesOf(run);
    const known = p2m.slice(run.pfn, run.count).reduce((sum, part) => sum + part.count, 0) === run.count;
    if (!known) {
      p2m.set(run.pfn, frames);
      return undefined;
    }
    let pfn = run.pfn;
    for (const { mfn, count } of frames) {
      const first = p2m.lookup(pfn);
      if (first !== mfn || p2m.machineRuns(pfn, count) !== 1) {
        p2m.set(run.pfn, frames);
        return differs(`pages ${pfn} to ${pfn + count - 1} in frames ${mfn} on`, `page ${pfn} in frame ${first ?? -1}`);
      }
      pfn += count;
    }
    return MATCHED;
  }

  #pagesTaken(operation: PagesOperation): StepVerdict {
    const { order, zone, result, pfn, mfn, machineRuns, id } = operation;
    const maxOrder = this.#features.pageAllocatorMaxOrder.value;
    if (result === 'FAIL') return MATCHED;
    this.#pages.set(id, { pfn, order });
    this.memory.returnedPages.remove(pfn, 2 ** order);
    if (order > maxOrder) return differs(`order ${order} had`, `refused: the page allocator ends at order ${maxOrder}`);
    if (pfn % 2 ** order !== 0) return differs(`pfn ${pfn}`, `a pfn aligned to order ${order}`);
    const end = zone === 1 ? 2 ** 12 : zone === 2 ? 2 ** 20 : Infinity;
    if (pfn + 2 ** order > end) return differs(`pfn ${pfn}`, `pages below pfn ${end}`);
    return this.#machineDiffers(pfn, 2 ** order, mfn, machineRuns) ?? MATCHED;
  }

  #pagesFreed(id: string): StepVerdict {
    const pages = this.#pages.get(id);
    if (!pages) return differs(`pages ${id} freed`, 'no such pages are taken');
    this.#pages.delete(id);
    this.memory.returnedPages.add(pages.pfn, 2 ** pages.order);
    return MATCHED;
  }

  /** Whether the kernel's own allocator has a block for certain: its lists are not in a trace, what it was given back is. */
  #hasPages(order: number): boolean {
    if (order <= COSTLY_ORDER) return true;
    return this.#wasReturned(order, Infinity);
  }

  /** Whether a block of the order that lies below `end` has been given back and not been taken since. */
  #wasReturned(order: number, end: number): boolean {
    for (const block of this.memory.returnedPages.blocks(0, end, order, order)) if (block.order === order) return true;
    return false;
  }

  /** Compares what a trace states of some pages' frames with what is known of them. */
  #machineDiffers(pfn: number, count: number, mfn: number, runs: number): StepVerdict | undefined {
    const { p2m } = this.memory;
    if (this.#pv && !this.#isKnown(pfn, count)) return undefined;
    const expected = this.#pv ? p2m.lookup(pfn) : pfn;
    if (expected !== mfn) return differs(`machine frame ${mfn}`, `machine frame ${expected ?? -1}`);
    const expectedRuns = this.#pv ? p2m.machineRuns(pfn, count) : 1;
    return expectedRuns === runs ? undefined : differs(`${runs} machine runs`, `${expectedRuns} machine runs`);
  }

  #isKnown(pfn: number, count: number): boolean {
    return this.memory.p2m.slice(pfn, count).reduce((sum, run) => sum + run.count, 0) === count;
  }

  #allocated(operation: AllocOperation): StepVerdict {
    this.#mask = maskOf(operation.coherentMask);
    const order = orderFor(operation.bytes);
    const maxOrder = this.#features.pageAllocatorMaxOrder.value;
    if (operation.result === 'FAIL') return this.#refused(operation, order, maxOrder);
    const { id, bus, physical, remapped } = operation;
    const bytes = coherentBytes(this.#features, operation.bytes, order);
    const pfn = physical / PAGE_SIZE;
    this.#blocks.set(id, { pfn, order, bytes, bus, remapped });
    this.memory.returnedPages.remove(pfn, 2 ** order);
    // Natively memory of a CMA area may be larger than the page allocator's blocks, and is aligned to order 8 at most.
    if (this.#pv && order > maxOrder) return differs('OK', `FAIL: order ${order} exceeds the page allocator's ${maxOrder}`);
    if (pfn % 2 ** (this.#pv ? order : Math.min(order, 8)) !== 0) return differs(`physical ${hex(physical)}`, `an address aligned to order ${order}`);
    return this.#pv ? this.#allocatedUnderXen(operation, pfn, order, bytes) : this.#allocatedNatively(operation, bytes);
  }

  #refused({ bytes }: AllocOperation, order: number, maxOrder: number): StepVerdict {
    if (this.#changes.length > 0) return differs('FAIL with p2m entries changed', 'a refusal changes no p2m entry');
    if (order > maxOrder) return MATCHED;
    if (!this.#pv) {
      // The last resort of dma_direct_alloc_pages is the DMA zone, which every mask of 24 bits and more reaches.
      const inZoneDma = this.#mask >= ZONE_DMA_PAGES * PAGE_SIZE - 1 && this.#wasReturned(order, ZONE_DMA_PAGES);
      return inZoneDma ? differs('FAIL', `OK: a block of order ${order} lies free below 16 MiB`) : MATCHED;
    }
    if (this.#orderLimit(order) !== undefined) return MATCHED;
    const bits = this.#width();
    if (this.memory.heap.serves(order, bits) !== 'yes' || !this.#hasPages(order)) return MATCHED;
    return differs('FAIL', `OK: Xen has a free block of order ${order} below ${bits} bits for ${bytes} bytes`);
  }

  #allocatedNatively(operation: AllocOperation, bytes: number): StepVerdict {
    const { bus, physical, remapped, machineRuns, p2mChanged } = operation;
    if (bus !== physical) return differs(`bus address ${hex(bus)}`, `bus address ${hex(physical)}`);
    if (physical + bytes - 1 > this.#mask) return differs(`last address ${hex(physical + bytes - 1)}`, `an address at or below ${hex(this.#mask)}`);
    if (remapped || p2mChanged !== 0) return differs('an exchange', 'no exchange on the bare machine');
    return machineRuns === 1 ? MATCHED : differs(`${machineRuns} machine runs`, '1 machine run');
  }

  #allocatedUnderXen(operation: AllocOperation, pfn: number, order: number, bytes: number): StepVerdict {
    const { p2m } = this.memory;
    const { remapped, bus } = operation;
    const known = this.#isKnown(pfn, 2 ** order);
    const need = known ? exchangeNeed(this.#features, p2m, pfn, order, bytes, this.#mask) : undefined;
    if (known && (need !== undefined) !== remapped) {
      this.#adopt();
      return differs(remapped ? 'an exchange' : 'no exchange', need === undefined ? 'no exchange: in reach, contiguous and aligned' : `an exchange: ${need.key}`);
    }
    if (remapped) return this.#exchanged(operation, pfn, order);
    if (this.#changes.length > 0 || operation.p2mChanged !== 0) {
      this.#adopt();
      return differs(`${operation.p2mChanged} p2m entries changed`, '0 p2m entries changed');
    }
    return this.#machineDiffers(pfn, pagesFor(bytes), bus / PAGE_SIZE, operation.machineRuns)
      ?? (bus + bytes - 1 > this.#mask ? differs(`last address ${hex(bus + bytes - 1)}`, `an address at or below ${hex(this.#mask)}`) : MATCHED);
  }

  #exchanged(operation: AllocOperation, pfn: number, order: number): StepVerdict {
    const { heap, p2m } = this.memory;
    const { bus, machineRuns, p2mChanged } = operation;
    const count = 2 ** order;
    const frame = bus / PAGE_SIZE;
    const limit = this.#orderLimit(order);
    const before = this.#oldFrames(pfn, count);
    const stale = this.#changes.find((change) => framesOf(change.before).some(({ mfn, count: n }, i) => this.#contradicts(change.before.pfn + i, mfn, n)));
    const covered = tiles(this.#changes.map((change) => change.after), pfn, count, frame);
    const bits = this.#width();
    const problem = heap.take(frame, order, bits);
    for (const run of before ?? []) heap.give(run.mfn, run.count);
    p2m.set(pfn, [{ mfn: frame, count }]);
    if (limit !== undefined) return differs('OK', `FAIL: order ${order} exceeds ${limit}`);
    if (stale) return differs(`pages from ${stale.before.pfn} on were in frame ${stale.before.mfn ?? -1}`, 'other frames');
    if (machineRuns !== 1) return differs(`${machineRuns} machine runs`, '1 machine run');
    if (p2mChanged !== count || !covered) return differs(`${p2mChanged} p2m entries changed`, `${count} entries, consecutive from frame ${frame} on`);
    return problem === undefined ? MATCHED : differs(`extent at frame ${frame}, zone ${zoneOfFrame(frame)}`, EXTENT_PROBLEMS[problem](order, bits));
  }

  #freed(operation: FreeOperation): StepVerdict {
    const block = this.#blocks.get(operation.id);
    if (operation.result === 'SKIP') return block ? differs('SKIP', `OK: ${operation.id} is allocated`) : MATCHED;
    if (!block) {
      this.#adopt();
      return differs('OK', `SKIP: ${operation.id} is not allocated`);
    }
    this.#blocks.delete(operation.id);
    const { heap, returnedPages } = this.memory;
    returnedPages.add(block.pfn, 2 ** block.order);
    const count = 2 ** block.order;
    // xen_swiotlb_free_coherent leaves alone what the device's mask of now does not reach.
    const undone = block.remapped && block.bus + block.bytes - 1 <= this.#mask && this.#orderLimit(block.order) === undefined;
    const shares = undone ? heap.singlesByZone(count) : undefined;
    const expected = undone && (shares || !heap.stated) ? count : 0;
    const after = this.#changes.map((change) => change.after);
    let possible = true;
    const seen = new Map<number, number>();
    for (const run of after.flatMap(framesOf)) {
      possible = heap.takeSingles(run.mfn, run.count) && possible;
      for (let i = 0; i < run.count; i++) seen.set(zoneOfFrame(run.mfn + i), (seen.get(zoneOfFrame(run.mfn + i)) ?? 0) + 1);
    }
    for (const { pfn, ...run } of after) this.memory.p2m.set(pfn, framesOf({ pfn, ...run }));
    if (expected > 0) heap.give(block.bus / PAGE_SIZE, count);
    if (operation.remapped !== block.remapped) return differs(`was_remapped ${Number(operation.remapped)}`, `was_remapped ${Number(block.remapped)}`);
    if (operation.p2mChanged !== expected || after.reduce((sum, run) => sum + run.count, 0) !== expected) {
      return differs(`${operation.p2mChanged} p2m entries changed`, `${expected} p2m entries changed`);
    }
    if (!possible) return differs('frames that Xen did not have free', 'frames out of Xen\'s heap');
    for (const [zone, share] of shares ?? []) {
      if (seen.get(zone) !== share) return differs(`${seen.get(zone) ?? 0} frames of zone ${zone}`, `${share} frames of zone ${zone}`);
    }
    return MATCHED;
  }

  /** The order limit of the kernel or of Xen that an exchange would exceed, in words. */
  #orderLimit(order: number): string | undefined {
    const contig = this.#features.maxContigOrder.value;
    if (contig !== null && order > contig) return `MAX_CONTIG_ORDER ${contig}`;
    const exchange = this.#features.xenExchangeMaxOrder?.value;
    return exchange !== undefined && order > exchange ? `memop-max-order ${exchange}` : undefined;
  }

  #width(): number {
    return this.#features.coherentWidth.value === 'fixed-31' ? 31 : bitsOfMask(this.#mask);
  }

  /** Frames that stood behind some pages: as known, or as the trace's own lines say. */
  #oldFrames(pfn: number, count: number): readonly { mfn: number; count: number }[] | undefined {
    if (this.#isKnown(pfn, count)) return this.memory.p2m.slice(pfn, count);
    return this.#changes.length > 0 ? this.#changes.flatMap((change) => framesOf(change.before)) : undefined;
  }

  #contradicts(pfn: number, mfn: number, count: number): boolean {
    return this.#isKnown(pfn, count) && this.memory.p2m.lookup(pfn) !== mfn;
  }

  /** Takes over what a trace says, where it differs from the model. */
  #adopt(): void {
    for (const { after } of this.#changes) this.memory.p2m.set(after.pfn, framesOf(after));
  }
}

const EXTENT_PROBLEMS: Readonly<Record<ExtentProblem, (order: number, bits: number) => string>> = {
  'alignment': (order) => `an extent aligned to order ${order}`,
  'width': (_order, bits) => `an extent below ${bits} bits`,
  'not-free': () => 'an extent of frames that are free',
  'lower-zone': (order) => `an extent of a higher zone, which has a free, clean block of order ${order}`,
};

/** A run as runs of consecutive frames. */
function framesOf(run: FrameRun): { mfn: number; count: number }[] {
  const { mfn, count, step } = run;
  if (mfn === undefined) return [];
  if (step === 1 || count === 1) return [{ mfn, count }];
  return Array.from({ length: count }, (_, i) => ({ mfn: mfn + i * step, count: 1 }));
}

/** Whether runs cover exactly `count` pages from `pfn` on with consecutive frames from `frame` on. */
function tiles(runs: readonly FrameRun[], pfn: number, count: number, frame: number): boolean {
  let done = 0;
  for (const run of runs) {
    if (run.pfn !== pfn + done || run.mfn !== frame + done || (run.step !== 1 && run.count > 1)) return false;
    done += run.count;
  }
  return done === count;
}

function maskOf(mask: bigint): number {
  return mask >= BigInt(ALL_ADDRESSES) ? ALL_ADDRESSES : Number(mask);
}

function hex(address: number): string {
  return `0x${address.toString(16)}`;
}
