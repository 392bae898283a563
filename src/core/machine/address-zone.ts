/** Zones of Xen 3.1 and later, a zone an address bit; numbered as from 4.4 on: zone z holds frames of z bits. */

/** Highest zone: MADDR_BITS of 52 less PAGE_SHIFT. */
export const LAST_ZONE = 40;

/** Zone of a frame: the position of its top set bit, counted from 1; frame 0 stands in zone 1. Source: page_to_zone. */
export function zoneOfFrame(frame: number): number {
  if (frame < 2) return 1;
  return frame < 2 ** 31 ? 32 - Math.clz32(frame) : 32 - Math.clz32(Math.floor(frame / 2 ** 31)) + 31;
}

/** First frame of a zone, and the frame behind its last. */
export function framesOfZone(zone: number): { readonly first: number; readonly end: number } {
  return { first: zone === 1 ? 0 : 2 ** (zone - 1), end: 2 ** zone };
}

/** Highest zone that an address width allows: bits_to_zone(). Width 0 restricts nothing. */
export function zoneOfWidth(bits: number): number {
  return bits === 0 ? LAST_ZONE : Math.min(LAST_ZONE, Math.max(1, bits - 12));
}
