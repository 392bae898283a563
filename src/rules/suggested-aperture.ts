import { SEGMENT_SLOTS, SLOT_BYTES, nextPowerOfTwo } from '../core/platform/aperture-size.ts';
import type { Lineage } from '../core/platform/platform-facts.ts';
import { GIB, MIB } from '../core/units/bytes.ts';
import type { OptionSuggestion } from './finding.ts';

/** A pool is contiguous memory below 4 GiB: more than this is hardly to be had. */
const LARGEST = GIB;

/**
 * `swiotlb=` for an aperture of twice the size, in the unit that this lineage of kernels reads: slots, or MiB in XenLinux.
 * Undefined where the lineage or the size is not known, as a number in the wrong unit is worse than none.
 */
export function suggestedAperture(totalSlots: number | null, lineage: Lineage | undefined): OptionSuggestion | undefined {
  if (totalSlots === null || lineage === undefined || totalSlots < SEGMENT_SLOTS) return undefined;
  const slots = nextPowerOfTwo(totalSlots * 2);
  const bytes = slots * SLOT_BYTES;
  if (bytes > LARGEST || bytes < MIB) return undefined;
  return { of: 'linux', option: 'swiotlb', value: String(lineage === 'xenlinux' ? bytes / MIB : slots), bytes };
}
