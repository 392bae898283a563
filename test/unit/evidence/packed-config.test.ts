import { gzipSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imagePacking } from '../../../src/evidence/kconfig/image-packing.ts';
import { packedConfig } from '../../../src/evidence/kconfig/packed-config.ts';

const CONFIG = '# Linux/x86 6.1.192 Kernel Configuration\nCONFIG_SWIOTLB=y\nCONFIG_SWIOTLB_XEN=y\n'.repeat(40);
const noise = (length: number, seed: number): Buffer => Buffer.from(Array.from({ length }, (_, index) => (index * 7919 + seed * 104_729) % 251));
const embedded = (): Buffer => Buffer.concat([noise(5000, 1), Buffer.from('IKCFG_ST'), gzipSync(CONFIG), Buffer.from('IKCFG_ED'), noise(3000, 2)]);

function read(file: Uint8Array): string | undefined {
  const steps = packedConfig(file);
  let step = steps.next();
  while (step.done !== true) {
    let unpacked: Uint8Array | undefined;
    try {
      unpacked = inflateRawSync(step.value);
    } catch {
      unpacked = undefined;
    }
    step = steps.next(unpacked);
  }
  return step.value;
}

describe('packedConfig', () => {
  it.each([
    ['config.gz', gzipSync(CONFIG)],
    ['an image that holds it', embedded()],
    ['such an image packed whole', gzipSync(embedded())],
    ['such an image packed behind its loader', Buffer.concat([noise(9000, 3), gzipSync(embedded()), noise(500, 4)])],
    ['a loader with what looks like gzip and is none', Buffer.concat([noise(100, 5), Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]), noise(100, 6), gzipSync(embedded())])],
  ])('reads %s', (_name, file) => {
    expect(read(file)).toBe(CONFIG);
  });

  it.each([
    ['an image without it', noise(20_000, 7)],
    ['an image packed without it', Buffer.concat([noise(100, 8), gzipSync(noise(20_000, 9))])],
    ['the first word alone', Buffer.concat([Buffer.from('IKCFG_ST'), gzipSync(CONFIG)])],
    ['the words about something else', Buffer.from('IKCFG_ST is not gzip IKCFG_ED')],
    ['nothing', Buffer.alloc(0)],
  ])('finds nothing in %s', (_name, file) => {
    expect(read(file)).toBeUndefined();
  });

  it('comes to an end on any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
      const found = read(bytes);
      expect(found === undefined || typeof found === 'string').toBe(true);
    }));
  });
});

describe('imagePacking', () => {
  const xz = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 1, 2]);
  const zstd = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 4]);

  /** A boot sector, two sectors of set-up, the decompressor and behind it the payload. */
  function bzImage(payload: Uint8Array): Buffer {
    const image = Buffer.concat([noise(4096, 1), payload]);
    image[0x1f1] = 2;
    image.write('HdrS', 0x202, 'latin1');
    image.writeUInt32LE(4096 - 3 * 512, 0x248);
    return image;
  }

  it.each([
    ['an x86 image', bzImage(zstd), 'zstd'],
    ['another', bzImage(xz), 'xz'],
    ['one packed by gzip', bzImage(gzipSync(CONFIG)), 'gzip'],
    ['an EFI image that unpacks itself', Buffer.concat([Buffer.from('MZ\0\0zimg'), Buffer.from([64, 0, 0, 0]), Buffer.alloc(52), zstd]), 'zstd'],
    ['a payload alone', xz, 'xz'],
    ['what is no image', noise(3000, 4), undefined],
    ['nothing', Buffer.alloc(0), undefined],
  ])('is told of %s', (_name, image, packing) => {
    expect(imagePacking(image)).toBe(packing);
  });
});
