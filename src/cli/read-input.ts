import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { InputError } from './input-error.ts';

const NODE_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file', EACCES: 'permission denied', EISDIR: 'is a directory: expected a file', EPERM: 'permission denied',
};

/**
 * Reads a text of any encoding that kernel logs come in: UTF-8, Latin-1, UTF-16 with a
 * byte-order mark, gzip. `-` is standard input.
 * @throws InputError naming the file and why it cannot be read
 */
export function readInput(path: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path === '-' ? 0 : path);
  } catch (error) {
    throw new InputError(`${path}: ${fileErrorText(error)}`);
  }
  return decodeWhole(bytes, path);
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
