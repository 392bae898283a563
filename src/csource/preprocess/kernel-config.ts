import type { World } from './world.ts';

/** The kernel's configuration as the preprocessor sees it (include/generated/autoconf.h), or nothing known of it. */
export interface KernelConfig {
  /** Whether a `CONFIG_` macro is defined; without a configuration each world decides. */
  isDefined(name: string, world: World): boolean;
  /** What a `CONFIG_` macro stands for; undefined where it is not defined or not known. */
  value(name: string): string | undefined;
  readonly known: boolean;
}

/**
 * @param symbols `CONFIG_X` to `y`, `m`, `n`, a number or a string without quotes, as in a complete `.config`: what it does
 *   not name is not set
 */
export function kernelConfig(symbols: ReadonlyMap<string, string> | undefined): KernelConfig {
  if (!symbols) {
    return {
      known: false,
      isDefined: (name, world) => world.choose(`defined ${name}`, 2) === 1,
      value: () => undefined,
    };
  }
  const shift = symbols.get('CONFIG_X86_L1_CACHE_SHIFT');
  const value = (name: string): string | undefined => {
    if (!name.startsWith('CONFIG_')) {
      // arch/x86/include/asm/cache.h
      if (shift === undefined || !/^[3-9]$/.test(shift)) return undefined;
      if (name === 'L1_CACHE_SHIFT') return shift;
      return name === 'L1_CACHE_BYTES' || name === 'SMP_CACHE_BYTES' ? `(1 << ${shift})` : undefined;
    }
    const set = symbols.get(name);
    if (set === 'y') return '1';
    if (set !== undefined && set !== 'm' && set !== 'n') return /^(?:-?\d+|0x[0-9a-fA-F]+)$/.test(set) ? set : `"${set}"`;
    return name.endsWith('_MODULE') && symbols.get(name.slice(0, -7)) === 'm' ? '1' : undefined;
  };
  return { known: true, value, isDefined: (name) => value(name) !== undefined };
}

