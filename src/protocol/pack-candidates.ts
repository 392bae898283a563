import { ByteReader, ByteWriter } from './byte-stream.ts';
import { SEARCH_VERDICTS, type SearchCandidates } from './operation-detail.ts';
import type { Parsed } from './panel-state.ts';

/** Slots that a search looked at as bytes, two each at most where it walks on: the slot minus the one before (signed), then its verdict. */
export function packCandidates({ slots, verdicts }: SearchCandidates): Uint8Array {
  const out = new ByteWriter();
  let before = 0;
  for (let at = 0; at < slots.length; at++) {
    out.signed(slots[at]! - before);
    out.byte(verdicts[at]!);
    before = slots[at]!;
  }
  return out.bytes();
}

/** @param count slots that there are, @param limit slots of the pool */
export function unpackCandidates(bytes: Uint8Array, count: number, limit: number): Parsed<SearchCandidates> {
  // Each takes two bytes or more.
  if (count > bytes.length / 2) return { ok: false, error: `candidates: ${bytes.length} bytes for ${count} slots` };
  const slots = new Uint32Array(count);
  const verdicts = new Uint8Array(count);
  try {
    const input = new ByteReader(bytes);
    let slot = 0;
    for (let at = 0; at < count; at++) {
      slot += input.signed();
      const verdict = input.byte();
      if (slot < 0 || slot >= limit || verdict >= SEARCH_VERDICTS.length) return { ok: false, error: `candidates: slot ${slot} of ${limit}, verdict ${verdict}` };
      slots[at] = slot;
      verdicts[at] = verdict;
    }
    return input.atEnd ? { ok: true, value: { slots, verdicts } } : { ok: false, error: `candidates: go on behind the last of ${count}` };
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, error: `candidates: ${error.message}` };
    throw error;
  }
}
