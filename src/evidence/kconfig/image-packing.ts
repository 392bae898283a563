/** How a kernel image's payload begins, by what packed it: the magic numbers of lib/decompress.c and of scripts/extract-vmlinux. */
const MAGICS: readonly (readonly [string, readonly number[]])[] = [
  ['gzip', [0x1f, 0x8b, 8]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['lz4', [2, 0x21, 0x4c, 0x18]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['lzo', [0x89, 0x4c, 0x5a, 0x4f]],
  ['lzma', [0x5d, 0, 0]],
];
const X86_HEADER = 0x202;

/**
 * By what a kernel image is packed, where that can be told: an x86 image (Documentation/arch/x86/boot.rst: setup_sects, payload_offset), an
 * EFI image that unpacks itself (drivers/firmware/efi/libstub/zboot-header.S), or a payload alone.
 */
export function imagePacking(image: Uint8Array): string | undefined {
  return magicAt(image, payloadOf(image));
}

function payloadOf(image: Uint8Array): number {
  if (hasText(image, X86_HEADER, 'HdrS')) return 512 * ((image[0x1f1] || 4) + 1) + numberAt(image, 0x248);
  return hasText(image, 0, 'MZ') && hasText(image, 4, 'zimg') ? numberAt(image, 8) : 0;
}

function magicAt(image: Uint8Array, at: number): string | undefined {
  return MAGICS.find(([, magic]) => magic.every((byte, index) => image[at + index] === byte))?.[0];
}

function hasText(image: Uint8Array, at: number, text: string): boolean {
  return Array.from({ length: text.length }, (_, index) => image[at + index] === text.charCodeAt(index)).every(Boolean);
}

/** Four bytes, the lowest first. */
function numberAt(image: Uint8Array, at: number): number {
  return [3, 2, 1, 0].reduce((number, place) => 256 * number + (image[at + place] ?? 0), 0);
}
