import { architectureOf } from './architecture.ts';
import type { Architecture } from './architecture.ts';
import type { World } from './world.ts';

/** The kernel's configuration as the preprocessor sees it (include/generated/autoconf.h), or nothing known of it. */
export interface KernelConfig {
  /** Whether a `CONFIG_` macro is defined; without a configuration each world decides. */
  isDefined(name: string, world: World): boolean;
  /** What a `CONFIG_` macro, or one that follows from the architecture, stands for; undefined where it is not defined or not known. */
  value(name: string): string | undefined;
  readonly known: boolean;
  /** Undefined where its types are not modelled: no size is known then. */
  readonly architecture: Architecture | undefined;
}

/**
 * @param symbols `CONFIG_X` to `y`, `m`, `n`, a number or a string without quotes, as in a complete `.config`: what it does
 *   not name is not set
 */
export function kernelConfig(symbols: ReadonlyMap<string, string> | undefined): KernelConfig {
  const architecture = architectureOf(symbols);
  const own = architecture ? macrosOf(architecture) : new Map<string, string>();
  if (!symbols) {
    return {
      known: false,
      architecture,
      isDefined: (name, world) => world.choose(`defined ${name}`, 2) === 1,
      value: (name) => own.get(name),
    };
  }
  const value = (name: string): string | undefined => {
    if (!name.startsWith('CONFIG_')) return own.get(name);
    const set = symbols.get(name);
    if (set === 'y') return '1';
    if (set !== undefined && set !== 'm' && set !== 'n') return /^(?:-?\d+|0x[0-9a-fA-F]+)$/.test(set) ? set : `"${set}"`;
    return name.endsWith('_MODULE') && symbols.get(name.slice(0, -7)) === 'm' ? '1' : undefined;
  };
  return { known: true, architecture, value, isDefined: (name) => value(name) !== undefined };
}

/** arch/.../include/asm/page.h, cache.h; include/asm-generic/bitsperlong.h */
function macrosOf({ abi, pageShift, cacheShift }: Architecture): ReadonlyMap<string, string> {
  const macros = new Map([['BITS_PER_LONG', String(abi.long.size * 8)]]);
  if (pageShift !== undefined) {
    macros.set('PAGE_SHIFT', String(pageShift)).set('PAGE_SIZE', `(1UL << ${pageShift})`).set('PAGE_MASK', `(~((1UL << ${pageShift}) - 1))`);
  }
  if (cacheShift !== undefined) {
    macros.set('L1_CACHE_SHIFT', String(cacheShift)).set('L1_CACHE_BYTES', `(1 << ${cacheShift})`).set('SMP_CACHE_BYTES', `(1 << ${cacheShift})`);
  }
  return macros;
}
