import { openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { SieveKey } from '../evidence/log/sieve/sieve-tables.ts';
import { type Stripe, createFileSieve, siftStripe } from './stripe-reader.ts';

/** What a thread is given: the file, and how to sift it. */
export interface LogThreadData {
  readonly path: string;
  readonly keys: readonly SieveKey[];
  readonly controls: boolean;
}

const { path, keys, controls } = workerData as LogThreadData;
const file = openSync(path, 'r');
const sieve = createFileSieve(keys, controls);

/** Answers each stripe with what is left of it, in order, until it is ended. A failure ends the thread, which the main thread reports. */
parentPort?.on('message', (stripe: Stripe) => {
  const { bytes, gaps } = siftStripe(file, stripe, sieve);
  parentPort?.postMessage({ bytes, gaps }, [bytes.buffer as ArrayBuffer]);
});
