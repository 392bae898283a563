import { MIB } from '../units/bytes.ts';
import { SLOT_BYTES, type SwiotlbParameter } from './aperture-size.ts';
import type { Lineage } from './platform-facts.ts';

/** What the kernel does not understand in the value of `swiotlb=`. The offset counts in the value. */
export interface SwiotlbParameterError {
  readonly offset: number;
  readonly text: string;
  readonly expected: string;
}

export interface ParsedSwiotlbParameter extends SwiotlbParameter {
  /** The number in bytes, before the kernel rounds it; absent where the lineage is not known. */
  readonly bytes?: number;
  readonly errors: readonly SwiotlbParameterError[];
}

const WORDS = { mainline: ['force', 'noforce', 'track_hiwater'], xenlinux: ['force', 'off'] } as const;

/**
 * Reads the value of `swiotlb=` as the kernel does: `N[,areas][,force|noforce][,track_hiwater]` in mainline (areas from 6.0,
 * track_hiwater from 7.3), `N[,force|off]` in XenLinux. A number ends where its digits do, and what follows it without a comma
 * hides the words behind: of `64M,force` the kernel takes 64 and nothing else.
 * Source: kernel/dma/swiotlb.c: setup_io_tlb_npages; lib/swiotlb-xen.c and arch/i386/kernel/swiotlb.c for XenLinux.
 * @param lineage whose words and unit are meant; either's words are taken where it is not known
 */
export function parseSwiotlbParameter(text: string, lineage?: Lineage): ParsedSwiotlbParameter {
  const known: readonly string[] = lineage === undefined ? [...WORDS.mainline, ...WORDS.xenlinux] : WORDS[lineage];
  const expected = lineage === 'xenlinux' ? 'MiB[,force|off]' : lineage === 'mainline' ? 'slots[,areas][,force|noforce]' : 'number[,areas][,word]';
  const errors: SwiotlbParameterError[] = [];
  const number = leadingNumber(text, 0);
  let at = number?.end ?? 0;
  if (text.charAt(at) === ',') at++;
  const areas = number !== undefined && lineage !== 'xenlinux' && at > number.end ? leadingNumber(text, at) : undefined;
  at = areas?.end ?? at;
  if (areas && text.charAt(at) === ',') at++;
  const words: string[] = [];
  let heard = true;
  for (const word of at < text.length || text === '' ? text.slice(at).split(',') : []) {
    const name = word.trim();
    heard &&= known.includes(name);
    if (heard) words.push(name);
    else if (name !== '' || text === '') errors.push({ offset: at, text: word, expected });
    at += word.length + 1;
  }
  const bytes = number === undefined || lineage === undefined ? undefined : number.value * (lineage === 'mainline' ? SLOT_BYTES : MIB);
  return {
    ...(number === undefined ? {} : { number: number.value }),
    ...(areas === undefined ? {} : { areas: areas.value }),
    words,
    ...(bytes === undefined || !Number.isSafeInteger(bytes) ? {} : { bytes }),
    errors,
  };
}

/** simple_strtoul with base 0: decimal, hexadecimal behind 0x, octal behind 0. */
function leadingNumber(text: string, from: number): { value: number; end: number } | undefined {
  const digits = /^(?:0x[0-9a-f]{1,12}|\d{1,15})/i.exec(text.slice(from))?.[0];
  if (digits === undefined) return undefined;
  const octal = /^0[0-7]+/.exec(digits)?.[0];
  if (octal !== undefined) return { value: Number.parseInt(octal, 8), end: from + octal.length };
  return { value: Number(digits), end: from + digits.length };
}
