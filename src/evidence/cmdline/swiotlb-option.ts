import { KIB, MIB } from '../../core/units/bytes.ts';
import type { Lineage } from '../../core/platform/platform-facts.ts';
import type { OptionError } from './option-error.ts';

const SLOT = 2 * KIB;

/** What `swiotlb=` asks for, before the kernel rounds it. */
export interface SwiotlbOption {
  readonly lineage: Lineage;
  /** The number as written: slots of 2 KiB in mainline, MiB in XenLinux. */
  readonly number?: number;
  /** The same in bytes. */
  readonly bytes?: number;
  /** Mainline 6.0 and later: the second number. */
  readonly areas?: number;
  /** Mainline: every mapping bounces. XenLinux: there is a pool even where none is needed. */
  readonly force: boolean;
  /** `noforce` of mainline, `off` of XenLinux. */
  readonly off: boolean;
  /** 7.3 and later. */
  readonly trackHiwater: boolean;
  readonly errors: readonly OptionError[];
}

/**
 * Reads the value of `swiotlb=` in either dialect: `N[,areas][,force|noforce][,track_hiwater]` (kernel/dma/swiotlb.c:
 * setup_io_tlb_npages; areas from 6.0, track_hiwater from 7.3) and `N[,force|off]` (XenLinux's lib/swiotlb-xen.c).
 */
export function parseSwiotlbOption(value: string, lineage: Lineage): SwiotlbOption {
  const mainline = lineage === 'mainline';
  const words = mainline ? ['force', 'noforce', 'track_hiwater'] : ['force', 'off'];
  const expected = mainline ? 'slots[,areas][,force|noforce]' : 'MiB[,force|off]';
  const errors: OptionError[] = [];
  const seen = new Set<string>();
  let number: number | undefined;
  let areas: number | undefined;
  let offset = 0;
  for (const [index, part] of value.split(',').entries()) {
    const count = wholeNumber(part);
    if (count !== undefined && index === 0) number = count;
    else if (count !== undefined && mainline && index === 1 && number !== undefined) areas = count;
    else if (words.includes(part)) seen.add(part);
    else errors.push({ offset, text: part, expected });
    offset += part.length + 1;
  }
  const bytes = number === undefined ? undefined : number * (mainline ? SLOT : MIB);
  return {
    lineage,
    ...(number === undefined ? {} : { number }),
    ...(bytes === undefined || !Number.isSafeInteger(bytes) ? {} : { bytes }),
    ...(areas === undefined ? {} : { areas }),
    force: seen.has('force'),
    off: seen.has('noforce') || seen.has('off'),
    trackHiwater: seen.has('track_hiwater'),
    errors,
  };
}

/** simple_strtoul with base 0: decimal, or hexadecimal behind 0x, or octal behind 0. */
function wholeNumber(text: string): number | undefined {
  if (!/^(?:0x[0-9a-f]{1,8}|\d{1,10})$/i.test(text)) return undefined;
  const octal = /^0[0-7]+$/.test(text);
  return octal ? Number.parseInt(text, 8) : Number(text);
}
