import { openSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import type { CountedFailures } from '../evidence/log/counted-failures.ts';
import type { SiftedText } from '../evidence/log/sieve/text-sifter.ts';
import type { Survey } from '../evidence/log/survey.ts';
import { type Sifting, type Stripe, createStripeReader } from './stripe-reader.ts';

/** What a thread is given: the file, and how to sift it. */
export interface LogThreadData extends Sifting {
  readonly path: string;
}

/** What it is then asked for. */
export interface LogThreadRequest {
  readonly stripe: Stripe;
  /** The file's make-up, where nothing is wanted but a count of failures. */
  readonly countBy?: Survey;
}

export type LogThreadAnswer = SiftedText | CountedFailures;

const { path, ...sifting } = workerData as LogThreadData;
const reader = createStripeReader(openSync(path, 'r'), sifting);

/** Answers each stripe with what is left of it or with its failures, in order, until it is ended. A failure ends the thread, which the main thread reports. */
parentPort?.on('message', ({ stripe, countBy }: LogThreadRequest) => {
  const answer: LogThreadAnswer = countBy ? reader.countFailures(stripe, countBy) : reader.sift(stripe);
  const { buffer } = 'bytes' in answer ? answer.bytes : answer.events;
  parentPort?.postMessage(answer, [buffer as ArrayBuffer]);
});
