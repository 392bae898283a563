import { GIB } from '../units/bytes.ts';
import { buildPlatform } from './build-platform.ts';
import type { Fact } from './fact.ts';
import type { E820Entry, PlatformFacts } from './platform-facts.ts';
import type { Platform } from './platform.ts';

/** A platform that ships with the product: typical, not measured on one machine. */
export interface BuiltInPlatform {
  readonly id: string;
  /** What it stands for, for a quick pick. */
  readonly detail: string;
  readonly facts: PlatformFacts;
}

function built<T>(id: string, value: T): Fact<T> {
  return { value, from: { kind: 'built-in', uri: `dma-aperture:platform/${id}`, line: 1, column: 1 } };
}

/** A PC's usual map: memory up to a hole below 4 GiB, the rest above 4 GiB. */
function pcMap(ramBytes: number, holeStart: number): E820Entry[] {
  const map: E820Entry[] = [
    { start: 0, end: 0x9_f000, type: 'usable' }, { start: 0x9_f000, end: 0x10_0000, type: 'reserved' },
    { start: 0x10_0000, end: Math.min(ramBytes, holeStart), type: 'usable' },
  ];
  if (ramBytes > holeStart) {
    map.push({ start: holeStart, end: 4 * GIB, type: 'reserved' }, { start: 4 * GIB, end: 4 * GIB + ramBytes - holeStart, type: 'usable' });
  }
  return map;
}

function dom0(id: string, xen: string, linux: string, ramBytes: number, more: PlatformFacts = {}): PlatformFacts {
  return {
    kernelRelease: built(id, linux), xenVersion: built(id, xen), domain: built(id, 'pv-dom0'),
    machineE820: built(id, pcMap(ramBytes, 3 * GIB)), possibleCpus: built(id, 4), ...more,
  };
}

function native(id: string, linux: string, ramBytes: number): PlatformFacts {
  return { kernelRelease: built(id, linux), domain: built(id, 'native'), e820: built(id, pcMap(ramBytes, 3 * GIB)), possibleCpus: built(id, 4) };
}

export const DEFAULT_PLATFORM_ID = 'xen-4.17-linux-6.1';

export const BUILT_IN_PLATFORMS: readonly BuiltInPlatform[] = [
  {
    id: 'xen-4.17-linux-6.1', detail: 'Debian 12: the 2 MiB limit on contiguous regions is lifted by backport',
    facts: dom0('xen-4.17-linux-6.1', '4.17.7', '6.1.192', 8 * GIB),
  },
  {
    id: 'xen-4.17-linux-5.10', detail: 'Debian 11 kernel before the 2 MiB limit on contiguous regions was lifted',
    facts: dom0('xen-4.17-linux-5.10', '4.17.7', '5.10.218', 8 * GIB),
  },
  {
    id: 'xen-4.20-linux-6.12', detail: 'Debian 13',
    facts: dom0('xen-4.20-linux-6.12', '4.20.3', '6.12.117', 16 * GIB),
  },
  {
    id: 'xen-3.0.4', detail: 'the founding case of 2007: XenLinux 2.6.16, 64 MiB aperture at 30 bits',
    facts: dom0('xen-3.0.4', '3.0.4', '2.6.16.33-xen', 4 * GIB, {
      lineage: built('xen-3.0.4', 'xenlinux'), apertureAddressBits: built('xen-3.0.4', 30), possibleCpus: built('xen-3.0.4', 2),
    }),
  },
  { id: 'linux-6.1', detail: 'Debian 12 on the bare machine', facts: native('linux-6.1', '6.1.192', 8 * GIB) },
  { id: 'linux-6.12', detail: 'long-term kernel on the bare machine', facts: native('linux-6.12', '6.12.117', 16 * GIB) },
  { id: 'linux-7.3', detail: 'newest kernel read, on the bare machine', facts: native('linux-7.3', '7.3.4', 16 * GIB) },
];

/** A built-in platform by id, made afresh. */
export function builtInPlatform(id: string): Platform | undefined {
  const found = BUILT_IN_PLATFORMS.find((platform) => platform.id === id);
  return found && buildPlatform(found.facts, { id });
}
