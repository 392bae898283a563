import type { Architecture } from '../preprocess/architecture.ts';
import { LP64 } from './abi.ts';
import { INT, SCHAR, SHORT, UCHAR, UINT, USHORT, BOOL } from './c-type.ts';
import type { CType } from './c-type.ts';

const tables = new Map<string | undefined, ReadonlyMap<string, CType>>();

/**
 * Types of kernel headers outside the driver that have the same size in every kernel of an architecture, by name (`u8`,
 * `struct list_head`). @param architecture x86_64 where it is undefined
 */
export function kernelTypes(architecture: Architecture | undefined): ReadonlyMap<string, CType> {
  const key = architecture && [architecture.abi.pointer, architecture.wideDma, architecture.widePhysical].join();
  let types = tables.get(key);
  if (!types) tables.set(key, (types = make(architecture)));
  return types;
}

function make(architecture: Architecture | undefined): ReadonlyMap<string, CType> {
  const { pointer, long, ulong, llong, ullong, size, difference } = architecture?.abi ?? LP64;
  const types = new Map<string, CType>();
  const same = (type: CType, names: string): void => {
    for (const name of names.split(' ')) types.set(name, type);
  };
  const opaque = (name: string, bytes: number, align: number): void => {
    types.set(name, { kind: 'record', name, layout: () => ({ size: bytes, align }), members: () => [] });
  };
  const pointers = (name: string, count: number): void => opaque(name, count * pointer, pointer);

  // include/asm-generic/int-ll64.h, include/linux/types.h, include/uapi/linux/types.h
  same(UCHAR, 'u8 __u8 uint8_t u_int8_t u_char unchar');
  same(USHORT, 'u16 __u16 uint16_t u_int16_t u_short ushort __le16 __be16 __sum16 umode_t');
  same(UINT, 'u32 __u32 uint32_t u_int32_t u_int uint __le32 __be32 __wsum gfp_t slab_flags_t fmode_t __poll_t uid_t gid_t dev_t');
  same(ullong, 'u64 __u64 uint64_t u_int64_t __le64 __be64');
  same(SCHAR, 's8 __s8 int8_t');
  same(SHORT, 's16 __s16 int16_t');
  same(INT, 's32 __s32 int32_t pid_t');
  same(llong, 's64 __s64 int64_t loff_t ktime_t');
  same(ulong, 'uintptr_t ulong u_long');
  same(size, 'size_t');
  same(difference, 'ssize_t ptrdiff_t');
  same(long, 'intptr_t off_t');
  same(BOOL, 'bool');
  // CONFIG_ARCH_DMA_ADDR_T_64BIT and CONFIG_PHYS_ADDR_T_64BIT
  same(architecture?.wideDma === false ? UINT : ullong, 'dma_addr_t');
  same(architecture?.widePhysical === false ? UINT : ullong, 'phys_addr_t resource_size_t');

  opaque('atomic_t', 4, 4);
  // Aligned to 8 on every architecture.
  opaque('atomic64_t', 8, 8);
  pointers('atomic_long_t', 1);
  opaque('refcount_t', 4, 4);
  opaque('guid_t', 16, 1);
  opaque('uuid_t', 16, 1);
  pointers('struct list_head', 2);
  pointers('struct hlist_head', 1);
  pointers('struct hlist_node', 2);
  pointers('struct rb_node', 3);
  pointers('struct rb_root', 1);
  pointers('struct callback_head', 2);
  pointers('struct rcu_head', 2);
  opaque('struct kref', 4, 4);
  // include/linux/kfifo.h: four counters and a pointer; defined by a macro.
  opaque('struct kfifo', 16 + pointer, pointer);
  opaque('struct in_addr', 4, 4);
  opaque('struct in6_addr', 16, 4);
  opaque('struct timespec64', pointer === 8 ? 16 : 12, pointer);
  opaque('struct ethhdr', 14, 1);
  opaque('struct vlan_hdr', 4, 2);
  opaque('struct vlan_ethhdr', 18, 2);
  opaque('struct usb_ctrlrequest', 8, 1);
  return types;
}
