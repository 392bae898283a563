import { formatBytes, formatBytesExact, groupDigits } from '../core/units/bytes.ts';
import type { CauseNote, FailureCauseKey } from '../rules/failure-cause.ts';
import { plural } from './plural.ts';

const CAUSES: Readonly<Record<FailureCauseKey, string>> = {
  'oversize': 'the mapping is larger than a segment',
  'oversize-with-offset': 'the mapping and its offset within a page are larger than a segment',
  'exhausted': 'the aperture was used up',
  'fragmented': 'free slots, but no run long enough within one segment',
  'area-short': 'free slots, but perhaps too few in each area',
  'alignment-or-boundary': 'a free run exists, but none where alignment, boundary and mask allow it',
  'no-pool': 'there is no aperture',
  'pool-full-unsized': 'the aperture was too full or too fragmented: the line does not say which',
  'beyond-mask': 'the address lies beyond what the device reaches',
  'bounce-disabled': 'bouncing is switched off (swiotlb=noforce)',
  'driver-bug': 'the driver asked for a size that is none',
  'set-up': 'memory for the aperture was short at boot',
  'coherent-fallback': "no pages within the device's coherent mask could be had, and the aperture, which is tried last, had no room either",
  'unknown': 'the line does not say why',
};

/** A cause in words. */
export function causeText(key: FailureCauseKey): string {
  return CAUSES[key];
}

/** One step of the argument for a cause. */
export function causeNoteText(note: CauseNote): string {
  switch (note.key) {
    case 'above-largest': return `${formatBytesExact(note.bytes)} exceed the largest mapping, ${formatBytes(note.largest)}, whatever is free`;
    case 'offset-takes': return `This driver keeps the offset within a page (min_align_mask): with it ${formatBytesExact(note.bytes)} can need more than a segment; ${formatBytes(note.largest)} always fit`;
    case 'too-few-free': return `${plural(note.need, 'slot')} needed, ${groupDigits(note.free)} free`;
    case 'run-exists': return `${groupDigits(note.free)} slots are free, and with more than ${groupDigits(note.most)} free some segment has a run of ${note.need}: the search passed over it for alignment, a segment boundary or the mask`;
    case 'run-may-lack': return `${groupDigits(note.free)} slots are free; up to ${groupDigits(note.most)} can be without one run of ${note.need}`;
    case 'areas':
      return note.sure
        ? `${note.areas} areas of ${groupDigits(note.areaSlots)} slots: at least one has ${note.need} free, so it lacked a run, not slots`
        : `${note.areas} areas of ${groupDigits(note.areaSlots)} slots: ${groupDigits(note.free)} free can be fewer than ${note.need} in each`;
    case 'areas-unknown': return 'The log does not print how many areas the aperture has';
    case 'used-is-racy': return 'The kernel reads the number in use while others map and unmap: near a border it is not exact';
    case 'suppressed':
      return note.ofThis
        ? `${groupDigits(note.count)} more were not printed (rate limit), all other lines of this boot name the same device`
        : `${groupDigits(note.count)} more failures of this boot were not printed (rate limit); the log does not say of which device`;
    case 'no-size': return `${note.printed} bytes are no size: the driver computed it wrongly`;
    case 'scattered-frames': return 'In a Xen PV domain a buffer of more than a page bounces where its machine frames do not follow each other, whatever the mask of the device';
    case 'nothing-asked': return 'A mapping of no bytes: an error of the driver';
  }
}
