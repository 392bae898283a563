import { readFileSync } from 'node:fs';
import { gunzipSync, inflateRawSync } from 'node:zlib';
import { packedConfig } from '../evidence/kconfig/packed-config.ts';
import { unreadImageText } from '../evidence/kconfig/unread-image.ts';
import { InputError } from './input-error.ts';

const NODE_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file', EACCES: 'permission denied', EISDIR: 'is a directory: expected a file', EPERM: 'permission denied',
};
/** No kernel image is larger unpacked. */
const MOST_UNPACKED = 2 ** 28;

/**
 * Reads a text of any encoding that kernel logs come in: UTF-8, Latin-1, UTF-16 with a
 * byte-order mark, gzip. `-` is standard input.
 * @throws InputError naming the file and why it cannot be read
 */
export function readInput(path: string): string {
  return decodeWhole(readBytes(path), path);
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    throw new InputError(`${path}: ${fileErrorText(error)}`);
  }
}

/**
 * Reads a kernel's configuration: a text, `config.gz`, or what an image of a kernel with CONFIG_IKCONFIG holds.
 * @throws InputError naming the file and why it cannot be read
 */
export function readConfigInput(path: string): string {
  const bytes = readBytes(path);
  if (!isGzip(bytes) && !bytes.subarray(0, 4096).includes(0)) return decodeWhole(bytes, path);
  const steps = packedConfig(bytes);
  let step = steps.next();
  while (step.done !== true) step = steps.next(unpack(step.value));
  if (step.value !== undefined) return step.value;
  throw new InputError(`${path}: ${unreadImageText(bytes)}`);
}

function unpack(packed: Uint8Array): Uint8Array | undefined {
  try {
    return inflateRawSync(packed, { maxOutputLength: MOST_UNPACKED });
  } catch {
    return undefined; // no deflate data, or larger than any kernel
  }
}

/** A text of any of these encodings from all of its bytes. */
export function decodeWhole(packed: Buffer, path: string): string {
  let bytes = packed;
  if (isGzip(bytes)) {
    try {
      bytes = gunzipSync(bytes);
    } catch {
      throw new InputError(`${path}: begins as gzip and cannot be unpacked: expected a whole gzip file`);
    }
  }
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString('utf16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return Buffer.from(bytes.subarray(2, bytes.length - (bytes.length % 2))).swap16().toString('utf16le');
  return decode(bytes);
}

export function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** UTF-8 without its mark; a text that is not valid UTF-8 is older than it: Latin-1, in which every byte is a character. */
function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return bytes.toString('latin1');
  }
}

/** Why a file could not be read, in words. */
export function fileErrorText(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return NODE_REASONS[code] ?? `cannot be read (${code || 'unknown error'})`;
}
