import { GIB, MIB } from '../units/bytes.ts';
import { SLOT_BYTES } from './aperture-size.ts';
import { type Fact, derivedFact } from './fact.ts';
import type { Features } from './features.ts';
import type { PlatformFacts } from './platform-facts.ts';

/** mem_encrypt_setup_arch(): 6 % of memory, at least the default, at most 1 GiB. */
const ENCRYPTED_SHARE = 6;
const ENCRYPTED_MOST = GIB;

/**
 * The size that a kernel gives its aperture where `swiotlb=` says nothing: on small machines XenLinux takes less than its
 * default, and a guest with encrypted memory takes more.
 * Source: arch/i386/kernel/swiotlb.c: swiotlb_init (2 MiB where XENMEM_maximum_ram_page is below 2 GiB); lib/swiotlb-xen.c of the
 * forward ports (2, 4, 8 MiB below 0.5, 1, 2 GiB); arch/x86/mm/mem_encrypt.c, mem_encrypt_amd.c: mem_encrypt_setup_arch;
 * kernel/dma/swiotlb.c: swiotlb_adjust_size.
 */
export function defaultAperture(facts: PlatformFacts, features: Features): Fact<number> {
  const plain = features.defaultApertureBytes;
  const map = facts.machineE820 ?? facts.e820;
  if (!map || plain.value === 0) return plain;
  const usable = map.value.filter(({ type }) => type === 'usable');
  if (features.swiotlbUnit.value === 'MiB') {
    const end = Math.max(0, ...usable.map((entry) => entry.end));
    const isOriginal = features.slotSearch.value === 'A';
    const steps: readonly (readonly [number, number])[] = isOriginal ? [[2 * GIB, 2]] : [[512 * MIB, 2], [GIB, 4], [2 * GIB, 8]];
    const small = steps.find(([limit]) => (isOriginal ? end <= limit : end < limit));
    return small ? derivedFact(small[1] * MIB, isOriginal ? 'XenLinux: 2 MiB where the machine ends at or below 2 GiB' : 'forward ports: 2, 4 or 8 MiB below 512 MiB, 1 GiB and 2 GiB', map) : plain;
  }
  const encryption = facts.memoryEncryption;
  const kind = encryption === undefined ? undefined : /TDX/i.test(encryption.value) ? 'TDX' : /SEV/i.test(encryption.value) ? 'SEV' : undefined;
  const adjusts = features.encryptedAperture.value;
  if (!encryption || kind === undefined || adjusts === 'none') return plain;
  if (kind === 'TDX' && adjusts === 'SEV') return { ...plain, doubt: 'from which release on a TDX guest gets 6 % of its memory is not known: 6.1 does not, 6.12 does' };
  const memory = usable.reduce((sum, { start, end }) => sum + end - start, 0);
  const share = Math.min(ENCRYPTED_MOST, Math.max(plain.value, Math.floor((memory * ENCRYPTED_SHARE) / 100)));
  const bytes = Math.ceil(share / SLOT_BYTES) * SLOT_BYTES;
  return derivedFact(bytes, '6 % of memory where it is encrypted, 64 MiB to 1 GiB', encryption, map, features.encryptedAperture);
}
