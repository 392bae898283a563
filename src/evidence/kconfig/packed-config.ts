import { gzipData, isGzipMember } from '../gzip-data.ts';
import { latin1 } from '../latin1.ts';

// kernel/configs.c: the configuration as a gzip file between these words, where CONFIG_IKCONFIG=y built it in.
const BEGIN = 'IKCFG_ST';
const END = 'IKCFG_ED';
/** A compressed kernel holds its payload as one member; other finds are chance. */
const MOST_MEMBERS = 8;

/**
 * The text of a kernel's configuration in a file that is not plain text: `config.gz`, a kernel image with CONFIG_IKCONFIG, or
 * such an image compressed by gzip (bzImage, Image.gz). Images that are packed otherwise are not looked into.
 *
 * Yields raw deflate data, whatever may follow behind it, and is given what it unpacks to, or undefined where it is none: Node
 * unpacks at once and a web worker does not.
 * @returns undefined where there is no configuration
 */
export function* packedConfig(file: Uint8Array): Generator<Uint8Array, string | undefined, Uint8Array | undefined> {
  const embedded = embeddedConfig(file);
  if (embedded) {
    const text = yield gzipData(embedded);
    return text && latin1(text);
  }
  let from = 0;
  for (let tries = 0; tries < MOST_MEMBERS; tries++) {
    const at = nextMember(file, from);
    if (at < 0) return undefined;
    const unpacked = yield gzipData(file.subarray(at));
    from = at + 1;
    if (!unpacked) continue;
    const inner = embeddedConfig(unpacked);
    if (inner) {
      const text = yield gzipData(inner);
      return text && latin1(text);
    }
    if (at === 0) return latin1(unpacked);
  }
  return undefined;
}

/** The gzip file between the two words. */
function embeddedConfig(image: Uint8Array): Uint8Array | undefined {
  const begin = indexOf(image, BEGIN, 0);
  if (begin < 0 || !isGzipMember(image, begin + BEGIN.length)) return undefined;
  const end = indexOf(image, END, begin);
  return end < 0 ? undefined : image.subarray(begin + BEGIN.length, end);
}

function nextMember(file: Uint8Array, from: number): number {
  for (let at = file.indexOf(0x1f, from); at >= 0; at = file.indexOf(0x1f, at + 1)) if (isGzipMember(file, at)) return at;
  return -1;
}

function indexOf(bytes: Uint8Array, word: string, from: number): number {
  const first = word.charCodeAt(0);
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    let length = 1;
    while (length < word.length && bytes[at + length] === word.charCodeAt(length)) length++;
    if (length === word.length) return at;
  }
  return -1;
}
