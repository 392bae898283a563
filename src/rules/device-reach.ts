import { type Platform, isXenPv } from '../core/platform/platform.ts';
import type { MaskCall, SourceContext } from '../csource/context/observation.ts';

/** Masks wider than any machine's memory: 52 address bits are the most of x86. */
const ALL_MEMORY_BITS = 52;

/**
 * Whether a driver's streaming mappings never bounce on a platform: natively, where nothing forces bouncing and the driver sets a
 * mask that reaches all memory. Masks of 32 bits and more are never refused natively, so that a narrower one beside it is a fallback
 * that is not taken. Source: kernel/dma/direct.c: dma_direct_supported.
 */
export function neverBounces(context: SourceContext, platform: Platform): boolean {
  if (isXenPv(platform) || platform.aperture.force.value) return false;
  return context.masks.some(({ of, bits }) => of !== 'coherent' && bits !== null && bits >= ALL_MEMORY_BITS);
}

/** The widest coherent mask that a driver sets in this file; undefined where it sets none, or one whose width is not spelled out. */
export function widestCoherentMask(context: SourceContext): MaskCall & { readonly bits: number } | undefined {
  let widest: (MaskCall & { readonly bits: number }) | undefined;
  for (const call of context.masks) {
    if (call.of === 'streaming') continue;
    const { bits } = call;
    if (bits === null) return undefined;
    if (!widest || bits > widest.bits) widest = { ...call, bits };
  }
  return widest;
}
