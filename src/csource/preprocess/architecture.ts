import { I386, LP64 } from '../types/abi.ts';
import type { Abi } from '../types/abi.ts';

/** What the architecture that a kernel is built for says to its C. */
export interface Architecture {
  readonly name: 'x86_64' | 'i386' | 'arm64';
  readonly abi: Abi;
  /** Binary logarithm of the page size; undefined where the configuration does not say it. */
  readonly pageShift: number | undefined;
  /** Binary logarithm of the size of a cache line that alignments use; undefined where it is not known. */
  readonly cacheShift: number | undefined;
  /** Whether dma_addr_t and phys_addr_t have 64 bits. */
  readonly wideDma: boolean;
  readonly widePhysical: boolean;
  /** Names that the compiler defines for it, among those that tell architectures apart. */
  readonly defined: ReadonlySet<string>;
}

/** Why nothing is known of sizes where the architecture is none of these. */
export const NO_ARCHITECTURE = 'the configuration is for none of x86_64, i386 and arm64';

/** Names by which a compiler tells the architectures apart. */
export const ARCHITECTURE_NAMES: ReadonlySet<string> = new Set(['__x86_64__', '__i386__', '__aarch64__', '__LP64__', '_LP64']);

/**
 * The architecture of a kernel configuration: x86_64 where none is given.
 * @param symbols as in `kernelConfig`
 * @returns undefined where it is none of those whose types are modelled
 */
export function architectureOf(symbols: ReadonlyMap<string, string> | undefined): Architecture | undefined {
  const set = (name: string): boolean => symbols?.get(name) === 'y';
  if (symbols && set('CONFIG_ARM64')) {
    if (set('CONFIG_CPU_BIG_ENDIAN')) return undefined;
    // L1_CACHE_SHIFT is 7 before 4.17 and 6 since: no configuration says it.
    return { name: 'arm64', abi: LP64, pageShift: pageShift(symbols), cacheShift: undefined, wideDma: true, widePhysical: true, defined: new Set(['__aarch64__', '__LP64__', '_LP64']) };
  }
  const cacheShift = shiftIn(symbols?.get('CONFIG_X86_L1_CACHE_SHIFT'));
  if (!symbols || set('CONFIG_X86_64')) {
    return { name: 'x86_64', abi: LP64, pageShift: 12, cacheShift, wideDma: true, widePhysical: true, defined: new Set(['__x86_64__', '__LP64__', '_LP64']) };
  }
  if (!set('CONFIG_X86_32')) return undefined;
  return { name: 'i386', abi: I386, pageShift: 12, cacheShift, wideDma: set('CONFIG_ARCH_DMA_ADDR_T_64BIT'), widePhysical: set('CONFIG_PHYS_ADDR_T_64BIT'), defined: new Set(['__i386__']) };
}

const PAGES: readonly (readonly [RegExp, number])[] = [[/^CONFIG_(?:ARM64_4K_PAGES|PAGE_SIZE_4KB)$/, 12], [/^CONFIG_(?:ARM64_16K_PAGES|PAGE_SIZE_16KB)$/, 14], [/^CONFIG_(?:ARM64_64K_PAGES|PAGE_SIZE_64KB)$/, 16]];

function pageShift(symbols: ReadonlyMap<string, string>): number | undefined {
  for (const [name, value] of symbols) {
    const found = value === 'y' ? PAGES.find(([pattern]) => pattern.test(name)) : undefined;
    if (found) return found[1];
  }
  return shiftIn(symbols.get('CONFIG_ARM64_PAGE_SHIFT'), 12, 16);
}

function shiftIn(text: string | undefined, least = 3, most = 9): number | undefined {
  const shift = Number(text);
  return text !== undefined && /^\d+$/.test(text) && shift >= least && shift <= most ? shift : undefined;
}
