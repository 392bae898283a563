import { openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { type Sifting, type Stripe, createStripeSifter } from './stripe-reader.ts';

/** What a thread is given: the file, and how to sift it. */
export interface LogThreadData extends Sifting {
  readonly path: string;
}

/** What it is then asked for. */
export interface LogThreadRequest {
  readonly stripe: Stripe;
  readonly onlyFailures: boolean;
}

const { path, ...sifting } = workerData as LogThreadData;
const sifter = createStripeSifter(openSync(path, 'r'), sifting);

/** Answers each stripe with what is left of it, in order, until it is ended. A failure ends the thread, which the main thread reports. */
parentPort?.on('message', ({ stripe, onlyFailures }: LogThreadRequest) => {
  const { bytes, gaps } = sifter.sift(stripe, onlyFailures);
  parentPort?.postMessage({ bytes, gaps }, [bytes.buffer as ArrayBuffer]);
});
