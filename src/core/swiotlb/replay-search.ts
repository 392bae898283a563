import type { SlotSearch } from '../platform/features.ts';
import { ALL_ADDRESSES } from '../units/dma-mask.ts';
import { PAGE_SIZE } from '../units/pages.ts';
import { type BoundaryRule, LIVELOCK, NOT_FOUND, type SearchRequest, low32, spansBoundary } from './search-request.ts';
import type { SlotPool } from './slot-pool.ts';

/** What became of a slot that a search looked at. */
export const VERDICTS = ['in-use', 'too-short', 'unaligned', 'boundary', 'taken'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** The search of one area, slot by slot in its own order. */
export interface SearchReplay {
  readonly area: number;
  /** Slots asked for. */
  readonly need: number;
  /** Where the area's hint stood, counted from its first slot. */
  readonly hint: number;
  /** Slots of the pool that were looked at, and what became of each as an index into VERDICTS. */
  readonly slots: Uint32Array;
  readonly verdicts: Uint8Array;
  /** The slot that was taken, NOT_FOUND or LIVELOCK: as the search itself returns it. */
  readonly found: number;
}

/** How a generation walks an area. */
interface Walk {
  readonly start: number;
  readonly stride: number;
  /** Slots where a mapping may begin by the device's and the kernel's alignment: address bits under `mask` equal `wanted`. */
  readonly mask: number;
  readonly wanted: number;
  /** Whether the search ends where it began; else after as many slots as the area has. */
  readonly untilReturn: boolean;
  /** Whether too few free slots in all end it before it begins. */
  readonly counts: boolean;
}

/**
 * The search of one area as a kernel of that generation walks it, with every slot that it looks at. It looks at each by itself,
 * where the searches beside this file pass over whole segments; a property test holds the two to the same answer.
 * Source: the kernel's functions that search-a.ts to search-f.ts name. The state does not change.
 */
export function replaySearch(pool: SlotPool, request: SearchRequest, generation: SlotSearch): SearchReplay {
  const { list, areaSlots } = pool;
  const { area, need } = request;
  const walk = walkOf(pool, request, generation);
  // Generation A knows no boundary.
  const rule = pool.ruleFor(generation === 'A' ? ALL_ADDRESSES : request.boundaryMask);
  const base = area * areaSlots;
  const seen = { slots: [] as number[], verdicts: [] as number[] };
  const end = (found: number): SearchReplay => ({
    area, need, hint: pool.hint[area]!, found, slots: Uint32Array.from(seen.slots), verdicts: Uint8Array.from(seen.verdicts),
  });
  if (walk.counts && need > areaSlots - pool.used[area]!) return end(NOT_FOUND);
  let index = walk.start;
  for (let looked = 0, walked = 0; walk.untilReturn ? looked <= areaSlots : walked < areaSlots; looked++) {
    const slot = base + index;
    const verdict = verdictOf(rule, walk, slot, list[slot]!, need);
    seen.slots.push(slot);
    seen.verdicts.push(VERDICTS.indexOf(verdict));
    if (verdict === 'taken') return end(slot);
    const step = verdict === 'unaligned' ? 1 : walk.stride;
    walked += step;
    index += step;
    if (index >= areaSlots) index = 0;
    if (walk.untilReturn && index === walk.start) return end(NOT_FOUND);
  }
  return end(walk.untilReturn ? LIVELOCK : NOT_FOUND);
}

function verdictOf(rule: BoundaryRule, walk: Walk, slot: number, run: number, need: number): Verdict {
  if (((rule.startBits + (slot << 11)) & walk.mask) !== walk.wanted) return 'unaligned';
  if (run < need) return run === 0 ? 'in-use' : 'too-short';
  return spansBoundary(rule, slot, need) ? 'boundary' : 'taken';
}

function walkOf(pool: SlotPool, request: SearchRequest, generation: SlotSearch): Walk {
  const { allocSize, origAddress, minAlignMask, allocAlignMask } = request;
  const hint = pool.hint[request.area]!;
  const from = (stride: number): number => {
    const index = Math.ceil(hint / stride) * stride;
    return index >= pool.areaSlots ? 0 : index;
  };
  switch (generation) {
    case 'A': case 'B1': case 'B2': case 'B3': {
      const stride = (generation === 'A' || generation === 'B1' ? allocSize > PAGE_SIZE : allocSize >= PAGE_SIZE) ? 2 : 1;
      return { start: from(stride), stride, mask: 0, wanted: 0, untilReturn: true, counts: generation === 'B3' };
    }
    case 'C': case 'D': {
      const align = (generation === 'D' ? allocAlignMask : 0) | 2047;
      const mask = minAlignMask & ~align;
      let stride = (mask >>> 11) + 1;
      if (allocSize >= PAGE_SIZE) stride *= 2;
      if (generation === 'D') stride = Math.max(stride, (align >>> 11) + 1);
      const match = origAddress === 0 ? 0 : mask;
      return { start: from(stride), stride, mask: match, wanted: low32(origAddress) & match, untilReturn: true, counts: true };
    }
    case 'E': {
      const all = (minAlignMask | allocAlignMask | (allocSize >= PAGE_SIZE ? PAGE_SIZE - 1 : 0)) & ~2047;
      const mask = origAddress === 0 ? 0 : all;
      return { start: hint, stride: (all >>> 11) + 1, mask, wanted: low32(origAddress) & mask, untilReturn: false, counts: true };
    }
    case 'F': {
      const align = (allocAlignMask === 0 && minAlignMask === 0 && allocSize >= PAGE_SIZE ? PAGE_SIZE - 1 : allocAlignMask) | 2047;
      const match = minAlignMask & ~align;
      const mask = origAddress === 0 ? align : align | match;
      return { start: hint, stride: (Math.max(align, match) >>> 11) + 1, mask, wanted: low32(origAddress) & match, untilReturn: false, counts: true };
    }
  }
}
