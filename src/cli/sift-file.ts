import { closeSync, openSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { LOG_FAILURE_KEYS, LOG_KEYS } from '../evidence/log/log-keys.ts';
import type { CountedFailures } from '../evidence/log/counted-failures.ts';
import type { SiftedText } from '../evidence/log/sieve/text-sifter.ts';
import type { Survey } from '../evidence/log/survey.ts';
import type { LogThreadAnswer, LogThreadData, LogThreadRequest } from './log-thread.ts';
import { type Sifting, type Stripe, createStripeReader } from './stripe-reader.ts';

const STRIPE = 2 ** 21;
/** Stripes that a thread is given before what is left of the first has come back. */
const AHEAD = 2;
/** The threads' bundle, which stands beside this one. */
const THREAD = 'log-thread.cjs';
/** What a thread reads is garbage soon: it needs no room for it. */
const YOUNG_MIB = 3;
/** A disk is not read faster by more. */
const MOST_THREADS = 4;

export interface SiftedStripe {
  readonly sifted: SiftedText | CountedFailures;
  /** Where in the file the stripe ends. */
  readonly end: number;
}

/** What is left of a file, stripe by stripe and in order. */
export interface FileSifting extends AsyncIterable<SiftedStripe> {
  /** Of what is not under way yet only a count of failures is wanted. @param survey the file's make-up */
  countFailures(survey: Survey): void;
  /** Ends what is under way. */
  close(): Promise<void>;
}

/**
 * Sifts a file for the log reader's keys from a line's beginning on, in as many threads as there are processors. Begins at once; no
 * more than a few stripes are held, however slowly they are taken.
 * @param from greater than 0
 * @param controls whether the text has terminal sequences
 */
export function siftFile(path: string, from: number, size: number, controls: boolean, threads = Math.min(MOST_THREADS, availableParallelism())): FileSifting {
  const stripes: Stripe[] = [];
  for (let at = from; at < size; at += STRIPE) stripes.push({ from: at, to: Math.min(size, at + STRIPE) });
  const sifting: Sifting = { keys: LOG_KEYS, failureKeys: LOG_FAILURE_KEYS, controls };
  return threads > 1 && stripes.length > 1 ? new ThreadSifting({ path, ...sifting }, stripes, threads) : new PlainSifting(path, stripes, sifting);
}

/** On the main thread, which looks up between two stripes. */
class PlainSifting implements FileSifting {
  readonly #file: number;
  readonly #stripes: readonly Stripe[];
  readonly #sifting: Sifting;
  #countBy: Survey | undefined;

  constructor(path: string, stripes: readonly Stripe[], sifting: Sifting) {
    this.#file = openSync(path, 'r');
    this.#stripes = stripes;
    this.#sifting = sifting;
  }

  async *[Symbol.asyncIterator](): AsyncIterator<SiftedStripe> {
    const reader = createStripeReader(this.#file, this.#sifting);
    for (const stripe of this.#stripes) {
      yield { sifted: this.#countBy ? reader.countFailures(stripe, this.#countBy) : reader.sift(stripe), end: stripe.to };
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  countFailures(survey: Survey): void {
    this.#countBy = survey;
  }

  close(): Promise<void> {
    closeSync(this.#file);
    return Promise.resolve();
  }
}

class ThreadSifting implements FileSifting {
  readonly #stripes: readonly Stripe[];
  readonly #workers: readonly Worker[];
  /** What has come back of each stripe; the others are under way or not given out yet. */
  readonly #sifted = new Map<number, LogThreadAnswer>();
  readonly #mostAhead: number;
  #given = 0;
  #taken = 0;
  #countBy: Survey | undefined;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(data: LogThreadData, stripes: readonly Stripe[], threads: number) {
    this.#stripes = stripes;
    this.#mostAhead = 2 * AHEAD * threads;
    this.#workers = Array.from({ length: threads }, () => this.#start(data));
  }

  async *[Symbol.asyncIterator](): AsyncIterator<SiftedStripe> {
    for (const [index, { to }] of this.#stripes.entries()) {
      let sifted = this.#sifted.get(index);
      for (; !sifted; sifted = this.#sifted.get(index)) {
        if (this.#failure) throw this.#failure;
        await new Promise<void>((resolve) => { this.#wake = resolve; });
      }
      this.#sifted.delete(index);
      this.#taken = index + 1;
      for (const hungry of this.#hungry.splice(0)) hungry();
      yield { sifted, end: to };
    }
  }

  countFailures(survey: Survey): void {
    this.#countBy = survey;
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  /** Threads that wait until more has been taken. */
  readonly #hungry: (() => void)[] = [];

  #start(data: LogThreadData): Worker {
    const worker = new Worker(join(__dirname, THREAD), { workerData: data, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MIB } });
    /** The stripes that this thread has, which it answers in order. */
    const asked: number[] = [];
    const give = (): void => {
      while (asked.length < AHEAD && this.#given < this.#stripes.length) {
        if (this.#given >= this.#taken + this.#mostAhead) {
          this.#hungry.push(give);
          return;
        }
        const stripe = this.#stripes[this.#given];
        if (stripe) worker.postMessage({ stripe, ...(this.#countBy ? { countBy: this.#countBy } : {}) } satisfies LogThreadRequest);
        asked.push(this.#given++);
      }
    };
    worker.on('message', (sifted: LogThreadAnswer) => {
      const index = asked.shift();
      if (index !== undefined) this.#sifted.set(index, sifted);
      give();
      this.#wake();
    });
    worker.on('error', (error: Error) => {
      this.#failure = error;
      this.#wake();
    });
    give();
    return worker;
  }
}
