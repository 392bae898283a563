import type { SwiotlbParameter } from './aperture-size.ts';

/**
 * Reads the value of `swiotlb=` as the kernel does: a number, a second number after a comma (areas, 6.0 and later), then
 * words, matched by prefix. What the number counts is the lineage's affair.
 * Source: kernel/dma/swiotlb.c: setup_io_tlb_npages; arch/i386/kernel/swiotlb.c for XenLinux.
 */
export function parseSwiotlbParameter(text: string): SwiotlbParameter {
  const parts = text.split(',').map((part) => part.trim());
  const numbers: number[] = [];
  const words: string[] = [];
  for (const part of parts) {
    if (/^(0x[0-9a-f]{1,13}|\d{1,15})$/i.test(part) && words.length === 0 && numbers.length < 2) numbers.push(Number(part));
    else if (part !== '') words.push(part);
  }
  const [number, areas] = numbers;
  return { ...(number === undefined ? {} : { number }), ...(areas === undefined ? {} : { areas }), words };
}
