/**
 * Macros of kernel headers outside the driver whose value is the same in every kernel, whatever its configuration; `BITS_PER_LONG` and `PAGE_SIZE`
 * in a body are the architecture's. A
 * definition in the files read wins over them. Bodies say in constant C what the kernel's say; `from` names the header.
 */
export interface KernelMacro {
  readonly parameters?: readonly string[];
  /** Whether the last parameter takes all further arguments. */
  readonly variadic?: true;
  readonly body: string;
  readonly from: string;
}

const table = new Map<string, KernelMacro>();

function object(from: string, definitions: Readonly<Record<string, string>>): void {
  for (const [name, body] of Object.entries(definitions)) table.set(name, { body, from });
}

function callable(from: string, signature: string, body: string): void {
  const match = /^(\w+)\(([\w, ]*)(\.\.\.)?\)$/.exec(signature);
  if (!match) return;
  const parameters = (match[2] ?? '').split(/, */).filter(Boolean);
  table.set(match[1] ?? '', { parameters, ...(match[3] ? { variadic: true } : {}), body, from });
}

for (let shift = 0; shift <= 31; shift++) {
  const unit = shift < 10 ? `${2 ** shift}` : shift < 20 ? `${2 ** (shift - 10)}K` : shift < 30 ? `${2 ** (shift - 20)}M` : `${2 ** (shift - 30)}G`;
  table.set(`SZ_${unit}`, { body: `0x${(2 ** shift).toString(16)}`, from: 'include/linux/sizes.h' });
}
object('include/linux/sizes.h', { SZ_4G: '0x100000000ULL', SZ_8G: '0x200000000ULL', SZ_16G: '0x400000000ULL', SZ_32G: '0x800000000ULL' });
object('include/uapi/linux/if_ether.h', {
  ETH_ALEN: '6', ETH_HLEN: '14', ETH_ZLEN: '60', ETH_DATA_LEN: '1500', ETH_FRAME_LEN: '1514', ETH_FCS_LEN: '4',
});
object('include/linux/if_vlan.h', { VLAN_HLEN: '4', VLAN_ETH_HLEN: '18', VLAN_ETH_ZLEN: '64', VLAN_ETH_DATA_LEN: '1500', VLAN_ETH_FRAME_LEN: '1518' });
object('include/linux/limits.h', {
  U8_MAX: '((u8)~0U)', U16_MAX: '((u16)~0U)', U32_MAX: '((u32)~0U)', U64_MAX: '((u64)~0ULL)', S8_MAX: '((s8)(((u8)~0U) >> 1))',
  S16_MAX: '((s16)(((u16)~0U) >> 1))', S32_MAX: '((s32)(((u32)~0U) >> 1))', UINT_MAX: '(~0U)', ULONG_MAX: '(~0UL)', ULLONG_MAX: '(~0ULL)',
  INT_MAX: '((int)(~0U >> 1))', LONG_MAX: '((long)(~0UL >> 1))', USHRT_MAX: '((unsigned short)~0U)', SHRT_MAX: '((short)(((unsigned short)~0U) >> 1))', SIZE_MAX: '(~(size_t)0)',
});
object('include/linux/kernel.h', { BITS_PER_BYTE: '8', BITS_PER_LONG_LONG: '64' });
object('include/linux/blk_types.h', { SECTOR_SHIFT: '9', SECTOR_SIZE: '(1 << 9)' });
object('include/scsi/scsi_cmnd.h', { SCSI_SENSE_BUFFERSIZE: '96' });
object('include/linux/stddef.h', { NULL: '((void *)0)' });

callable('include/linux/bits.h', 'BIT(nr)', '(1UL << (nr))');
callable('include/linux/bits.h', 'BIT_ULL(nr)', '(1ULL << (nr))');
callable('include/linux/bits.h', 'GENMASK(h, l)', '(((~0UL) - (1UL << (l)) + 1) & (~0UL >> (BITS_PER_LONG - 1 - (h))))');
callable('include/linux/bits.h', 'GENMASK_ULL(h, l)', '(((~0ULL) - (1ULL << (l)) + 1) & (~0ULL >> (64 - 1 - (h))))');
callable('include/linux/const.h', '_BITUL(x)', '(1UL << (x))');
callable('include/linux/align.h', 'ALIGN(x, a)', '(((x) + ((typeof(x))(a) - 1)) & ~((typeof(x))(a) - 1))');
callable('include/linux/align.h', 'ALIGN_DOWN(x, a)', '(((x) - ((a) - 1) + ((typeof(x))(a) - 1)) & ~((typeof(x))(a) - 1))');
callable('include/linux/mm.h', 'PAGE_ALIGN(x)', '(((x) + ((typeof(x))PAGE_SIZE - 1)) & ~((typeof(x))PAGE_SIZE - 1))');
callable('include/linux/math.h', 'round_up(x, y)', '((((x) - 1) | ((typeof(x))((y) - 1))) + 1)');
callable('include/linux/math.h', 'round_down(x, y)', '((x) & ~((typeof(x))((y) - 1)))');
callable('include/linux/math.h', 'roundup(x, y)', '((((x) + ((typeof(y))(y) - 1)) / (typeof(y))(y)) * (typeof(y))(y))');
callable('include/linux/math.h', 'rounddown(x, y)', '((x) - ((x) % (y)))');
callable('include/linux/math.h', 'DIV_ROUND_UP(n, d)', '(((n) + (d) - 1) / (d))');
callable('include/linux/bitops.h', 'BITS_TO_LONGS(nr)', '(((nr) + BITS_PER_LONG - 1) / BITS_PER_LONG)');
callable('include/linux/bitops.h', 'BITS_TO_BYTES(nr)', '(((nr) + 8 - 1) / 8)');
callable('include/linux/kernel.h', 'ARRAY_SIZE(arr)', '(sizeof(arr) / sizeof((arr)[0]))');
callable('include/linux/stddef.h', 'sizeof_field(type, member)', 'sizeof((((type *)0)->member))');
callable('include/linux/kernel.h', 'FIELD_SIZEOF(type, member)', 'sizeof((((type *)0)->member))');
callable('include/linux/wordpart.h', 'upper_32_bits(n)', '((u32)(((n) >> 16) >> 16))');
callable('include/linux/wordpart.h', 'lower_32_bits(n)', '((u32)((n) & 0xffffffff))');
callable('include/asm-generic/bug.h', 'unlikely(x)', '(!!(x))');
callable('include/asm-generic/bug.h', 'likely(x)', '(!!(x))');
callable('include/linux/types.h', 'DECLARE_BITMAP(name, bits)', 'unsigned long name[(((bits) + BITS_PER_LONG - 1) / BITS_PER_LONG)]');
callable('include/linux/stddef.h', 'struct_group(name, members...)', 'union { struct { members }; struct { members } name; }');
callable('include/linux/overflow.h', 'struct_size(p, member, count)', '(sizeof(*(p)) + (size_t)(count) * sizeof(*(p)->member))');
callable('include/linux/stddef.h', 'DECLARE_FLEX_ARRAY(type, name)', 'struct { struct { }; type name[]; }');

/** By name. */
export const KERNEL_MACROS: ReadonlyMap<string, KernelMacro> = table;

/** Names that every build of a kernel for a little-endian architecture defines, without a value that matters. */
export const ALWAYS_DEFINED: ReadonlySet<string> = new Set([
  '__KERNEL__', '__linux__', '__GNUC__', '__LITTLE_ENDIAN', '__LITTLE_ENDIAN_BITFIELD', '__STDC__',
]);

/** Names that no build of a kernel for a little-endian architecture defines. */
export const NEVER_DEFINED: ReadonlySet<string> = new Set([
  '__cplusplus', '__BIG_ENDIAN', '__BIG_ENDIAN_BITFIELD', '__FreeBSD__', '__NetBSD__', '__OpenBSD__', '_WIN32', '_MSC_VER', '__ASSEMBLY__', '__ASSEMBLER__',
  '__CHECKER__', '__GENKSYMS__', '__arm__', '__powerpc__', '__powerpc64__', '__sparc__', '__sparc_v9__', '__alpha__', '__mips__', '__hppa__', '__ia64__', '__s390__',
]);
