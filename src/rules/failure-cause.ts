import { SEGMENT_BYTES } from '../core/platform/aperture-size.ts';
import { PAGE_SIZE } from '../core/units/pages.ts';
import { mostFreeWithoutRun, slotsOf } from './free-run.ts';
import type { FailureStatement } from '../evidence/log/log-items.ts';
import type { Confidence } from './finding.ts';

/** Why a DMA operation failed, as far as the log tells. */
export type FailureCauseKey =
  | 'oversize' | 'oversize-with-offset' | 'exhausted' | 'fragmented' | 'area-short' | 'alignment-or-boundary' | 'no-pool' | 'pool-full-unsized'
  | 'beyond-mask' | 'coherent-fallback' | 'bounce-disabled' | 'driver-bug' | 'set-up' | 'unknown';

/** One step of the argument for a cause: what the log says and what follows. Sizes in bytes, slots of 2 KiB. */
export type CauseNote =
  | { readonly key: 'above-largest'; readonly bytes: number; readonly largest: number }
  | { readonly key: 'offset-takes'; readonly bytes: number; readonly largest: number; readonly offset: number }
  | { readonly key: 'too-few-free'; readonly free: number; readonly need: number }
  /** More slots are free than can be without a run of that length: a run exists. */
  | { readonly key: 'run-exists'; readonly free: number; readonly most: number; readonly need: number }
  /** So many may be free without one run of that length. */
  | { readonly key: 'run-may-lack'; readonly free: number; readonly most: number; readonly need: number }
  /** `sure`: at least one area has enough by itself, as areas × (need − 1) is less than what is free. */
  | { readonly key: 'areas'; readonly areas: number; readonly free: number; readonly need: number; readonly areaSlots: number; readonly sure: boolean }
  | { readonly key: 'areas-unknown' }
  | { readonly key: 'used-is-racy' }
  | { readonly key: 'suppressed'; readonly count: number; readonly ofThis: boolean }
  | { readonly key: 'nothing-asked' }
  | { readonly key: 'no-size'; readonly printed: string }
  /** In a PV domain a mapping of more than a page bounces where its machine frames do not follow each other. */
  | { readonly key: 'scattered-frames' };

export interface FailureCause {
  readonly key: FailureCauseKey;
  readonly confidence: Confidence;
  readonly notes: readonly CauseNote[];
}

/** What the boot of a failure says beside the failing line. */
export interface FailureSurroundings {
  /** `area num %d.`, where printed. */
  readonly areas: number | undefined;
  /** Whether this kernel divides its pool into areas. */
  readonly hasAreas: boolean;
  /** min_align_mask that this device's driver is known to set, where its kernel has such a thing; else 0. */
  readonly minAlignMask: number;
  /** Whether Linux runs in a Xen PV domain. */
  readonly xenPv: boolean;
}

/**
 * The cause of one failure from its own line and its boot: the refusal rules of kernel/dma/swiotlb.c read backwards. What the
 * line does not bear out is not claimed: a size or a fill that was not printed leaves the cause open.
 */
export function failureCause(item: FailureStatement, around: FailureSurroundings): FailureCause {
  const cause = causeOf(item, around);
  const { bytes, mask } = item;
  // The mask of a 32-bit device alone would make it bounce; where it is not stated, this is one reason that is always there.
  const scattered = around.xenPv && bytes !== null && bytes > PAGE_SIZE && bytes <= SEGMENT_BYTES && mask === undefined && BOUNCED.has(cause.key);
  return scattered ? { ...cause, notes: [...cause.notes, { key: 'scattered-frames' }] } : cause;
}

/** Causes of mappings that had to bounce. */
const BOUNCED: ReadonlySet<FailureCauseKey> = new Set(['exhausted', 'fragmented', 'area-short', 'alignment-or-boundary', 'pool-full-unsized', 'oversize-with-offset']);

function causeOf(item: FailureStatement, around: FailureSurroundings): FailureCause {
  const { failure, bytes, totalSlots: total, usedSlots: used } = item;
  if (failure === 'no-pool') return sure('no-pool');
  if (failure === 'bounce-disabled') return sure('bounce-disabled');
  if (failure === 'dma-mask-overflow') return sure('beyond-mask');
  if (failure === 'reduced-allocation' || failure === 'init-alloc-retry' || failure === 'init-failed') return sure('set-up');
  // lib/swiotlb.c: swiotlb_alloc_coherent, to 4.14, and swiotlb_alloc_buffer, to 4.18: the pool is what is tried last.
  if (failure === 'coherent-failed') return sure('coherent-fallback', ...(bytes !== null && bytes > SEGMENT_BYTES ? [{ key: 'above-largest', bytes, largest: SEGMENT_BYTES } as const] : []));
  if (failure !== 'buffer-full' && failure !== 'out-of-space') return sure('unknown');
  if (total === 0) return sure('no-pool');
  if (item.printedSize !== undefined) return sure('driver-bug', { key: 'no-size', printed: item.printedSize });
  if (bytes === null) return { key: 'pool-full-unsized', confidence: 'likely', notes: [] };
  if (bytes === 0) return sure('driver-bug', { key: 'nothing-asked' });
  if (bytes > SEGMENT_BYTES) return sure('oversize', { key: 'above-largest', bytes, largest: SEGMENT_BYTES });
  const need = slotsOf(bytes);
  if (total !== null && used !== null && used + need > total) {
    return { key: 'exhausted', confidence: 'certain', notes: [{ key: 'too-few-free', free: Math.max(0, total - used), need }] };
  }
  const pages = around.minAlignMask > 0 ? SEGMENT_BYTES - (around.minAlignMask + 1) : SEGMENT_BYTES;
  if (bytes > pages) {
    return { key: 'oversize-with-offset', confidence: 'likely', notes: [{ key: 'offset-takes', bytes, largest: pages, offset: around.minAlignMask + 1 }] };
  }
  if (total === null || used === null) return { key: 'pool-full-unsized', confidence: 'likely', notes: [] };
  return noRun(total, total - used, need, bytes, around);
}

/** Enough slots were free, and no run was found: which of the reasons are possible at all. */
function noRun(total: number, free: number, need: number, bytes: number, { areas, hasAreas, minAlignMask }: FailureSurroundings): FailureCause {
  const most = mostFreeWithoutRun(total, need, bytes >= PAGE_SIZE || minAlignMask > 0 ? 2 : 1);
  const notes: CauseNote[] = [];
  const many = areas !== undefined && areas > 1 ? areas : undefined;
  if (free > most) {
    // `used` is read while others map and unmap: near the border it proves nothing.
    return { key: 'alignment-or-boundary', confidence: 'likely', notes: [{ key: 'run-exists', free, most, need }, { key: 'used-is-racy' }] };
  }
  notes.push({ key: 'run-may-lack', free, most, need });
  if (many !== undefined) {
    const enoughInOne = free > many * (need - 1);
    notes.push({ key: 'areas', areas: many, free, need, areaSlots: Math.floor(total / many), sure: enoughInOne });
    if (!enoughInOne) return { key: 'area-short', confidence: 'likely', notes: [...notes, { key: 'used-is-racy' }] };
  } else if (hasAreas && areas === undefined) notes.push({ key: 'areas-unknown' });
  return { key: 'fragmented', confidence: 'likely', notes: [...notes, { key: 'used-is-racy' }] };
}

function sure(key: FailureCauseKey, ...notes: readonly CauseNote[]): FailureCause {
  return { key, confidence: 'certain', notes };
}
