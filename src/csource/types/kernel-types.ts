import { INT, LLONG, LONG, SCHAR, SHORT, UCHAR, UINT, ULLONG, ULONG, USHORT, BOOL } from './c-type.ts';
import type { CType } from './c-type.ts';

const types = new Map<string, CType>();

function same(type: CType, names: string): void {
  for (const name of names.split(' ')) types.set(name, type);
}

// include/asm-generic/int-ll64.h, include/linux/types.h, include/uapi/linux/types.h: the same in every x86_64 kernel.
same(UCHAR, 'u8 __u8 uint8_t u_int8_t u_char unchar');
same(USHORT, 'u16 __u16 uint16_t u_int16_t u_short ushort __le16 __be16 __sum16 umode_t');
same(UINT, 'u32 __u32 uint32_t u_int32_t u_int uint __le32 __be32 __wsum gfp_t slab_flags_t fmode_t __poll_t uid_t gid_t dev_t');
same(ULLONG, 'u64 __u64 uint64_t u_int64_t __le64 __be64');
same(SCHAR, 's8 __s8 int8_t');
same(SHORT, 's16 __s16 int16_t');
same(INT, 's32 __s32 int32_t pid_t');
same(LLONG, 's64 __s64 int64_t loff_t ktime_t');
same(ULONG, 'size_t uintptr_t ulong u_long');
same(LONG, 'ssize_t ptrdiff_t intptr_t off_t');
same(BOOL, 'bool');
// u64 because CONFIG_ARCH_DMA_ADDR_T_64BIT and CONFIG_PHYS_ADDR_T_64BIT are always set on x86_64.
same(ULLONG, 'dma_addr_t phys_addr_t resource_size_t');

function opaque(name: string, size: number, align: number): void {
  types.set(name, { kind: 'record', name, layout: () => ({ size, align }), members: () => [] });
}

opaque('atomic_t', 4, 4);
opaque('atomic64_t', 8, 8);
opaque('atomic_long_t', 8, 8);
opaque('refcount_t', 4, 4);
opaque('guid_t', 16, 1);
opaque('uuid_t', 16, 1);
opaque('struct list_head', 16, 8);
opaque('struct hlist_head', 8, 8);
opaque('struct hlist_node', 16, 8);
opaque('struct rb_node', 24, 8);
opaque('struct rb_root', 8, 8);
opaque('struct callback_head', 16, 8);
opaque('struct rcu_head', 16, 8);
opaque('struct kref', 4, 4);
opaque('struct in_addr', 4, 4);
opaque('struct in6_addr', 16, 4);
opaque('struct timespec64', 16, 8);
opaque('struct ethhdr', 14, 1);
opaque('struct vlan_hdr', 4, 2);
opaque('struct vlan_ethhdr', 18, 2);
opaque('struct usb_ctrlrequest', 8, 1);

/** Types of kernel headers outside the driver that have the same size in every x86_64 kernel, by name (`u8`, `struct list_head`). */
export const KERNEL_TYPES: ReadonlyMap<string, CType> = types;

