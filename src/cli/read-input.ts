import { isAscii } from 'node:buffer';
import { closeSync, createReadStream, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';
import { InputError } from './input-error.ts';

const NODE_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file', EACCES: 'permission denied', EISDIR: 'is a directory: expected a file', EPERM: 'permission denied',
};
/** Up to here a file is read whole, so that its encoding is certain; a larger one part by part. */
const WHOLE = 4 * 2 ** 20;
const PART = 2 ** 20;

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

function decodeWhole(packed: Buffer, path: string): string {
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

function isGzip(bytes: Buffer): boolean {
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

/** A part of a text, and how far the file has been read, in bytes as they are stored. */
export interface InputPart {
  readonly text: string;
  readonly bytes: number;
  /** Size of the file; absent for pipes. */
  readonly total?: number;
}

/**
 * A text in parts: small files in one, so that `readInput` would give the same; larger ones and long streams in parts of a
 * megabyte, in which bytes that are no UTF-8 become replacement characters.
 * @throws InputError naming the file and why it cannot be read
 */
export async function* inputParts(path: string): AsyncGenerator<InputPart> {
  const { size, stream } = open(path);
  if (size !== undefined && size <= WHOLE && !isPackedLarge(path, size)) {
    yield { text: readInput(path), bytes: size, total: size };
    return;
  }
  yield* streamParts(path, stream ?? createReadStream(path, { highWaterMark: PART }), size);
}

/** Small on the disk, and perhaps large unpacked. */
function isPackedLarge(path: string, size: number): boolean {
  if (size < PART) return false;
  const head = Buffer.alloc(2);
  const file = openSync(path, 'r');
  try {
    return readSync(file, head, 0, 2, 0) === 2 && isGzip(head);
  } finally {
    closeSync(file);
  }
}

function open(path: string): { size: number | undefined; stream: Readable | undefined } {
  if (path === '-') return { size: undefined, stream: process.stdin };
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw new InputError(`${path}: ${fileErrorText(error)}`);
  }
  const stat = fstatSync(file);
  closeSync(file);
  if (stat.isDirectory()) throw new InputError(`${path}: ${NODE_REASONS['EISDIR'] ?? ''}`);
  return { size: stat.isFile() && stat.size > 0 ? stat.size : undefined, stream: undefined };
}

async function* streamParts(path: string, source: Readable, total: number | undefined): AsyncGenerator<InputPart> {
  let bytes = 0;
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let decoder: PartDecoder | undefined;
  const part = (text: string): InputPart => ({ text, bytes, ...(total === undefined ? {} : { total }) });
  try {
    for await (const chunk of unpacked(source, (count) => { bytes += count; })) {
      if (decoder) {
        yield part(decoder.decode(chunk));
        continue;
      }
      kept.push(chunk);
      keptBytes += chunk.length;
      if (keptBytes <= WHOLE) continue;
      const begin = Buffer.concat(kept);
      kept = [];
      decoder = decoderOf(begin);
      for (let at = 0; at < begin.length; at += PART) yield part(decoder.decode(begin.subarray(at, at + PART)));
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new InputError(code.startsWith('Z_') ? `${path}: begins as gzip and cannot be unpacked: expected a whole gzip file` : `${path}: ${fileErrorText(error)}`);
  }
  yield part(decoder ? decoder.end() : decodeWhole(Buffer.concat(kept), path));
}

/** The bytes of a stream, unpacked where they begin as gzip. */
async function* unpacked(source: Readable, count: (bytes: number) => void): AsyncGenerator<Buffer> {
  const iterator = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  const first = await iterator.next();
  if (first.done === true) return;
  const rest = async function* rest(): AsyncGenerator<Buffer> {
    count(first.value.length);
    yield first.value;
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      count(next.value.length);
      yield next.value;
    }
  };
  if (!isGzip(first.value)) {
    yield* rest();
    return;
  }
  const unzip = createGunzip();
  const feed = (async (): Promise<void> => {
    for await (const chunk of rest()) if (!unzip.write(chunk)) await new Promise((resolve) => unzip.once('drain', resolve));
    unzip.end();
  })();
  feed.catch((error: unknown) => unzip.destroy(error instanceof Error ? error : new Error(String(error))));
  for await (const chunk of unzip as AsyncIterable<Buffer>) yield chunk;
}

interface PartDecoder {
  decode(chunk: Buffer): string;
  end(): string;
}

function decoderOf(bytes: Buffer): PartDecoder {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return utf16Decoder('utf-16le');
  return bytes[0] === 0xfe && bytes[1] === 0xff ? utf16Decoder('utf-16be') : utf8Decoder();
}

function utf16Decoder(label: 'utf-16le' | 'utf-16be'): PartDecoder {
  const decoder = new TextDecoder(label);
  return { decode: (chunk) => decoder.decode(chunk, { stream: true }), end: () => decoder.decode() };
}

/** UTF-8 in parts that end where a character does. Buffers make strings of one byte a character of ASCII, which TextDecoder's streams do not. */
function utf8Decoder(): PartDecoder {
  let rest: Buffer = Buffer.alloc(0);
  let begun = false;
  return {
    decode(chunk) {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const end = characterEnd(bytes);
      rest = Buffer.from(bytes.subarray(end));
      const whole = bytes.subarray(0, end);
      const text = isAscii(whole) ? whole.toString('latin1') : whole.toString('utf8');
      if (begun || text === '') return text;
      begun = true;
      return text.replace(/^\ufeff/, '');
    },
    end: () => rest.toString('utf8'),
  };
}

/** Where the last character that is whole ends: at most three bytes wait for the rest of theirs. */
function characterEnd(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Why a file could not be read, in words. */
export function fileErrorText(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return NODE_REASONS[code] ?? `cannot be read (${code || 'unknown error'})`;
}
