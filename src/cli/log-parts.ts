import { closeSync, createReadStream, fstatSync, openSync, readSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { CountedFailures } from '../evidence/log/counted-failures.ts';
import { LOG_KEYS } from '../evidence/log/log-keys.ts';
import type { Gap, TextSifter } from '../evidence/log/sieve/text-sifter.ts';
import type { Survey } from '../evidence/log/survey.ts';
import { InputError } from './input-error.ts';
import { type PartDecoder, decoderOf, utf16Label } from './part-decoder.ts';
import { decodeWhole, fileErrorText, isGzip, readInput } from './read-input.ts';
import { siftFile } from './sift-file.ts';
import { type SiftedLines, siftedLines } from './sifted-lines.ts';
import { createFileSieve, createSifter, stripeBegin } from './stripe-reader.ts';

/** Up to here a file is read whole, so that its encoding is certain; a larger one part by part. */
const WHOLE = 4 * 2 ** 20;
const PART = 2 ** 20;
/** So close to the end of a head the first stripe begins. */
const NEAR_END = 2 ** 16;
const LINE_FEED = 10;
const ESCAPE = 0x1b;

/** A part of a log, and how far the file has been read, in bytes as they are stored. */
export interface LogPart {
  readonly text: string;
  /** Lines left out of `text`, `at` in characters. */
  readonly gaps: readonly Gap[];
  /** What was counted in this part, instead of text. */
  readonly counted?: CountedFailures;
  /** Whether the part ends before a framed line, or one to which none before it reaches. */
  readonly apart?: boolean;
  /** Whether the log's make-up is to be settled with this part: lines are left out of what follows. */
  readonly settles: boolean;
  readonly bytes: number;
  /** Size of the file; absent for pipes. */
  readonly total?: number;
}

export interface LogPartOptions {
  /** Whether lines that say nothing to the log reader are left out of a long log; true where absent. */
  readonly sift?: boolean;
  /** Asked between parts: the log's make-up, once the reader has come to where it wants nothing but a count of failures. */
  readonly countBy?: () => Survey | undefined;
  /** Threads that sift a file; as many as there are processors where absent. */
  readonly threads?: number;
}

/**
 * A log in parts: small files in one, so that `readInput` would give the same; larger ones and long streams in parts of a
 * megabyte, in which bytes that are no UTF-8 become replacement characters. Behind the first four megabytes come only the lines that
 * the log reader may want.
 * @throws InputError naming the file and why it cannot be read
 */
export async function* logParts(path: string, options: LogPartOptions = {}): AsyncGenerator<LogPart> {
  const file = open(path);
  // What is small on the disk may be large unpacked.
  if (file.size !== undefined && file.size <= WHOLE && !isGzip(file.head)) {
    yield { text: readInput(path), gaps: [], settles: false, bytes: file.size, total: file.size };
    return;
  }
  try {
    const head = file.size === undefined || isGzip(file.head) || options.sift === false ? undefined : fileHeadOf(path, file.head);
    if (head && file.size !== undefined) yield* fileParts(path, file.size, head, options);
    else yield* streamParts(path, file.stream ?? createReadStream(path, { highWaterMark: PART }), file.size, options.sift !== false);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw new InputError(code.startsWith('Z_') ? `${path}: begins as gzip and cannot be unpacked: expected a whole gzip file` : `${path}: ${fileErrorText(error)}`);
  }
}

interface OpenedFile {
  /** Absent for pipes. */
  readonly size?: number;
  /** The first bytes of a file. */
  readonly head: Buffer;
  readonly stream?: Readable;
}

function open(path: string): OpenedFile {
  if (path === '-') return { head: Buffer.alloc(0), stream: process.stdin };
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const stat = fstatSync(file);
    if (stat.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    // What the system makes as it is read has no size.
    if (!stat.isFile() || stat.size === 0) return { head: Buffer.alloc(0) };
    const head = Buffer.alloc(Math.min(stat.size, WHOLE));
    return { size: stat.size, head: head.subarray(0, readSync(file, head, 0, head.length, 0)) };
  } catch (error) {
    throw new InputError(`${path}: ${fileErrorText(error)}`);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** The lines by which a text's make-up is settled, where what follows can be sifted as bytes: lines of ASCII or of what contains it. */
interface Head {
  readonly lines: Buffer;
  /** Whether terminal sequences stand in it. */
  readonly controls: boolean;
}

/** A head that ends where the first stripe begins. */
interface FileHead extends Head {
  /** From where on stripes are made. */
  readonly from: number;
}

function fileHeadOf(path: string, bytes: Buffer): FileHead | undefined {
  const head = headOf(bytes);
  if (!head) return undefined;
  const from = head.lines.length - NEAR_END;
  const file = openSync(path, 'r');
  try {
    const end = stripeBegin(file, from);
    return end > bytes.length ? undefined : { ...head, lines: bytes.subarray(0, end), from };
  } finally {
    closeSync(file);
  }
}

function headOf(bytes: Buffer): Head | undefined {
  const end = bytes.lastIndexOf(LINE_FEED) + 1;
  if (end < WHOLE / 2 || utf16Label(bytes) !== undefined) return undefined;
  const lines = bytes.subarray(0, end);
  return { lines, controls: lines.includes(ESCAPE) };
}

async function* fileParts(path: string, total: number, { lines, controls, from }: FileHead, { threads, countBy }: LogPartOptions): AsyncGenerator<LogPart> {
  // What follows is sifted while the head is read.
  const sifting = siftFile(path, from, total, controls, threads);
  try {
    yield { text: headText(lines), gaps: [], apart: true, settles: true, bytes: lines.length, total };
    for await (const { end, sifted } of sifting) {
      yield { ...('bytes' in sifted ? siftedLines(sifted) : { text: '', gaps: [], counted: sifted }), apart: true, settles: false, bytes: end, total };
      const survey = countBy?.();
      if (survey) sifting.countFailures(survey);
    }
  } finally {
    await sifting.close();
  }
}

function headText(lines: Buffer): string {
  const decoder = decoderOf(lines);
  return decoder.decode(lines) + decoder.end();
}

async function* streamParts(path: string, source: Readable, total: number | undefined, sift: boolean): AsyncGenerator<LogPart> {
  let bytes = 0;
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let rest: PartDecoder | PartSifter | undefined;
  const part = (text: string | SiftedLines, settles = false): LogPart => ({
    ...(typeof text === 'string' ? { text, gaps: [] } : text), settles, bytes, ...(total === undefined ? {} : { total }),
  });
  for await (const chunk of unpacked(source, (count) => { bytes += count; })) {
    if (rest) {
      yield part(rest.decode(chunk));
      continue;
    }
    kept.push(chunk);
    keptBytes += chunk.length;
    if (keptBytes <= WHOLE) continue;
    const begin = Buffer.concat(kept);
    kept = [];
    const head = headOf(begin.subarray(0, WHOLE));
    if (head) {
      yield part(headText(head.lines), true);
      rest = sift ? new PartSifter(head.controls) : decoderOf(head.lines);
    } else rest = decoderOf(begin);
    for (let at = head?.lines.length ?? 0; at < begin.length; at += PART) yield part(rest.decode(begin.subarray(at, at + PART)));
  }
  yield part(rest ? rest.end() : decodeWhole(Buffer.concat(kept), path));
}

/** Sifts a stream on its way. */
class PartSifter {
  readonly #sifter: TextSifter;

  constructor(controls: boolean) {
    this.#sifter = createSifter(createFileSieve(LOG_KEYS, controls));
  }

  decode(chunk: Buffer): SiftedLines {
    for (let at = 0; at < chunk.length; ) {
      const { space } = this.#sifter;
      const part = chunk.subarray(at, at + space.length);
      space.set(part);
      this.#sifter.filled(part.length);
      at += part.length;
    }
    return siftedLines(this.#sifter.take());
  }

  end(): SiftedLines {
    this.#sifter.end();
    return siftedLines(this.#sifter.take());
  }
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
