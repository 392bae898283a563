/**
 * DMA masks. A mask is held as the last address a device can reach, as a plain number: machine addresses stay below
 * 2^52, so every wider mask is the same as {@link ALL_ADDRESSES}.
 */

export const ALL_ADDRESSES = Number.MAX_SAFE_INTEGER;

/**
 * `DMA_BIT_MASK(bits)` of the kernel.
 * @param bits 0..64; 53 and more reach every address
 */
export function maskOfBits(bits: number): number {
  return bits >= 53 ? ALL_ADDRESSES : 2 ** bits - 1;
}

/** `fls64(mask)`: the number of address bits that a mask spans; 64 for a mask that reaches every address. */
export function bitsOfMask(mask: number): number {
  if (mask >= ALL_ADDRESSES) return 64;
  let bits = 0;
  while (2 ** bits <= mask) bits++;
  return bits;
}
