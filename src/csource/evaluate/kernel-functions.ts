import { INT, LLONG, UCHAR, UINT, ULLONG, ULONG, USHORT } from '../types/c-type.ts';
import type { IntegerType } from '../types/c-type.ts';
import type { Argument, Range, Value } from '../types/environment.ts';
import { convert } from './integer.ts';
import { boundsOf, rangeOfType } from './range.ts';

type Result = (...given: readonly (Argument | undefined)[]) => Value;

const table = new Map<string, Result>();

/** Functions of which the type alone is known, with bounds where the kernel's own text sets them. */
function returning(type: IntegerType, names: string, range?: Omit<Range, 'min'>): void {
  for (const name of names.split(' ')) {
    const bounds = range ? { min: 0n, ...range } : rangeOfType(type);
    table.set(name, () => ({ type, why: `what ${name}() returns is only known at run time`, ...(bounds ? { range: bounds } : {}) }));
  }
}

/** Functions that read what a device or firmware set. */
function reading(type: IntegerType, names: string): void {
  for (const name of names.split(' ')) {
    const range = rangeOfType(type);
    table.set(name, () => ({ type, why: `it is read from the device by ${name}()`, origin: 'device', ...(range ? { range } : {}) }));
  }
}

/** Functions of one number that never fall while it rises. */
function rising(type: IntegerType, names: string, work: (value: bigint) => bigint | undefined): void {
  for (const name of names.split(' ')) {
    table.set(name, (argument) => {
      const given = argument?.();
      const why = given?.why ?? `what ${name}() returns is only known at run time`;
      const bounds = given && boundsOf(given);
      const [min, max] = bounds && bounds.min >= 0n ? [work(bounds.min), work(bounds.max)] : [];
      if (!given || given.broken || given.type.kind !== 'integer' || !bounds || max === undefined) return { type, why };
      if (given.value !== undefined) return { type, value: convert(max, type) };
      return { type, why, range: { ...bounds, min: min ?? 0n, max } };
    });
  }
}

/** Conversions between byte orders that change nothing on x86; where what is converted is not known, a device or firmware set it. */
function sameOrder(type: IntegerType, names: string): void {
  for (const name of names.split(' ')) {
    const fromDevice = name.endsWith('_to_cpu') || name.endsWith('_to_cpup');
    table.set(name, (argument) => {
      const given = argument?.();
      if (given?.value !== undefined) return { type, value: convert(given.value, type) };
      const range = given?.range ?? rangeOfType(type);
      const what = fromDevice ? { why: `it is in the device's byte order (${name})`, origin: 'device' as const } : { why: given?.why ?? `what ${name}() returns is only known at run time` };
      return { type, ...what, ...(given?.broken ? { broken: true } : range ? { range } : {}) };
    });
  }
}

function product(name: string, work: (a: bigint, b: bigint) => bigint): void {
  table.set(name, (first, second) => {
    const [a, b] = [first?.(), second?.()];
    const [x, y] = [a && boundsOf(a), b && boundsOf(b)];
    const why = a?.why ?? b?.why ?? 'it is not a constant';
    if (!a || !b || a.broken || b.broken || !x || !y || x.min < 0n || y.min < 0n) return { type: ULONG, why };
    const max = work(x.max, y.max);
    // They saturate where the result leaves size_t (include/linux/overflow.h).
    const held = max >> 64n ? (1n << 64n) - 1n : max;
    if (a.value !== undefined && b.value !== undefined) return { type: ULONG, value: held };
    return { type: ULONG, why, range: { min: work(x.min, y.min), max: held, by: x.by || y.by, ...(x.wide || y.wide ? { wide: true } : {}) } };
  });
}

const bitLength = (value: bigint): bigint => (value > 0n ? BigInt(value.toString(2).length) : 0n);
const order = (bytes: bigint): bigint | undefined => (bytes > 0n ? bitLength((bytes - 1n) >> 12n) : undefined);

// include/linux/skbuff.h, include/linux/skbuff_ref.h
returning(UINT, 'skb_headlen skb_frag_size skb_frag_off skb_pagelen __skb_pagelen skb_end_offset skb_headroom tcp_hdrlen ip_hdrlen');
returning(INT, 'skb_tailroom skb_availroom skb_transport_offset skb_network_offset skb_tcp_all_headers skb_inner_tcp_all_headers');
// include/scsi/scsi_cmnd.h, include/linux/blk-mq.h, include/linux/blkdev.h
returning(UINT, 'scsi_bufflen scsi_sg_count blk_rq_bytes blk_rq_payload_bytes queue_max_segment_size queue_max_hw_sectors');
returning(UINT, 'scsi_prot_sg_count');
returning(USHORT, 'queue_max_segments blk_rq_nr_phys_segments');
// include/linux/scatterlist.h, include/linux/blk-mq.h
returning(INT, 'sg_nents sg_nents_for_len blk_rq_map_sg');
// include/crypto/{skcipher,aead,hash}.h
returning(UINT, 'crypto_skcipher_ivsize crypto_skcipher_blocksize crypto_aead_ivsize crypto_aead_authsize crypto_aead_blocksize crypto_ahash_digestsize crypto_shash_digestsize');
// include/linux/usb.h, include/uapi/linux/usb/ch9.h: kernels before 4.10 leave the bits 12:11 in it
returning(USHORT, 'usb_maxpacket');
returning(INT, 'usb_endpoint_maxp', { max: 0xffffn, by: 'wMaxPacketSize has 16 bits' });
returning(INT, 'usb_endpoint_maxp_mult', { max: 4n, by: 'wMaxPacketSize has 2 bits for it' });
// include/linux/cpumask.h
returning(UINT, 'num_online_cpus num_possible_cpus num_present_cpus');
// include/sound/pcm.h, include/linux/mm.h, include/linux/ioport.h
returning(ULONG, 'snd_pcm_lib_buffer_bytes snd_pcm_lib_period_bytes page_size');
returning(ULLONG, 'resource_size');
// include/asm-generic/bitops
returning(UINT, 'hweight32', { max: 32n, by: 'a count of 32 bits' });
returning(UINT, 'hweight8', { max: 8n, by: 'a count of 8 bits' });
returning(UINT, 'hweight16', { max: 16n, by: 'a count of 16 bits' });
returning(ULONG, 'hweight_long hweight64', { max: 64n, by: 'a count of 64 bits' });
// arch/x86/include/asm/io.h, lib/iomap.c
reading(UCHAR, 'readb readb_relaxed __raw_readb ioread8 inb inb_p');
reading(USHORT, 'readw readw_relaxed __raw_readw ioread16 ioread16be inw');
reading(UINT, 'readl readl_relaxed __raw_readl ioread32 ioread32be inl');
reading(ULLONG, 'readq readq_relaxed __raw_readq ioread64 lo_hi_readq hi_lo_readq');
// include/linux/byteorder/generic.h
sameOrder(USHORT, 'le16_to_cpu le16_to_cpup cpu_to_le16 __le16_to_cpu __cpu_to_le16');
sameOrder(UINT, 'le32_to_cpu le32_to_cpup cpu_to_le32 __le32_to_cpu __cpu_to_le32');
sameOrder(ULLONG, 'le64_to_cpu le64_to_cpup cpu_to_le64 __le64_to_cpu __cpu_to_le64');
reading(USHORT, 'be16_to_cpu be16_to_cpup get_unaligned_be16 get_unaligned_le16');
reading(UINT, 'be32_to_cpu be32_to_cpup get_unaligned_be32 get_unaligned_le32');
reading(ULLONG, 'be64_to_cpu be64_to_cpup get_unaligned_be64 get_unaligned_le64');
// include/asm-generic/getorder.h: the order of 0 bytes is not defined
rising(INT, 'get_order', order);
// include/linux/log2.h: the logarithm of 0 is not defined
rising(INT, 'ilog2', (value) => (value > 0n ? bitLength(value) - 1n : undefined));
rising(INT, 'order_base_2', (value) => (value > 1n ? bitLength(value - 1n) : 0n));
rising(ULONG, 'roundup_pow_of_two', (value) => (value > 0n ? 1n << bitLength(value - 1n) : undefined));
rising(ULONG, 'rounddown_pow_of_two', (value) => (value > 0n ? 1n << (bitLength(value) - 1n) : undefined));
// include/linux/dma-mapping.h: a macro that names its operand twice
rising(ULLONG, 'DMA_BIT_MASK', (bits) => (bits <= 64n ? (1n << bits) - 1n : undefined));
// include/asm-generic/bitops: fls(0) is 0
rising(INT, 'fls fls64 fls_long', bitLength);
// include/linux/overflow.h
product('array_size', (a, b) => a * b);
product('size_mul', (a, b) => a * b);
product('size_add', (a, b) => a + b);

// lib/math/lcm.c, lib/math/gcd.c
function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y > 0n) [x, y] = [y, x % y];
  return x;
}
function ofConstants(name: string, type: IntegerType, work: (a: bigint, b: bigint) => bigint): void {
  table.set(name, (first, second) => {
    const [a, b] = [first?.(), second?.()];
    if (a?.value === undefined || b?.value === undefined || a.value < 0n || b.value < 0n) return { type, why: a?.why ?? b?.why ?? 'it is not a constant' };
    return { type, value: convert(work(a.value, b.value), type) };
  });
}
ofConstants('gcd', ULONG, gcd);
ofConstants('lcm', ULONG, (a, b) => (a > 0n && b > 0n ? (a / gcd(a, b)) * b : 0n));

// include/uapi/linux/virtio_ring.h: descriptors, available ring, padding to the alignment, used ring
table.set('vring_size', (first, second) => {
  const [count, align] = [first?.()?.value, second?.()?.value];
  if (count === undefined || align === undefined || count < 0n || align <= 0n || (align & (align - 1n)) !== 0n) return { type: UINT, why: 'the size of a ring that is not constant' };
  const upper = 16n * count + 2n * (3n + count);
  return { type: UINT, value: convert(((upper + align - 1n) & ~(align - 1n)) + 2n * 3n + 8n * count, UINT) };
});

// include/linux/bitfield.h: a field of a register, moved down
table.set('FIELD_GET', (mask, register) => {
  const [bits, given] = [mask?.(), register?.()];
  const type = bits?.type.kind === 'integer' ? bits.type : LLONG;
  const why = given?.why ?? 'it is not a constant';
  if (bits?.value === undefined || bits.value <= 0n) return { type, why };
  const field = bits.value / (bits.value & -bits.value);
  if (given?.value !== undefined) return { type, value: (given.value & bits.value) / (bits.value & -bits.value) };
  return { type, why, range: { min: 0n, max: field, by: `a field of ${bitLength(field)} bits` }, ...(given?.origin ? { origin: given.origin } : {}) };
});

/** Names of {@link kernelFunction}: some are macros of the kernel's headers, which are not expanded. */
export const KERNEL_FUNCTIONS: ReadonlySet<string> = new Set(table.keys());

/** What a function of the kernel returns that no driver defines itself; undefined where nothing is known of it. */
export function kernelFunction(name: string, given: readonly Argument[]): Value | undefined {
  return table.get(name)?.(...given);
}
