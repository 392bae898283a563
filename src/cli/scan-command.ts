import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { Platform } from '../core/platform/platform.ts';
import { sarifLog } from '../render/sarif.ts';
import { type ScanRecord, scanText } from '../render/scan-record.ts';
import type { Severity } from '../rules/finding.ts';
import { readKconfig } from '../evidence/kconfig/read-kconfig.ts';
import { InputError } from './input-error.ts';
import { listSources } from './list-sources.ts';
import { PLATFORM_OPTIONS, type PlatformValues, platformFromOptions } from './platform-options.ts';
import { readInput } from './read-input.ts';
import { FileScanner, type ScanResult } from './scan-files.ts';

declare const DMA_APERTURE_VERSION: string;

const RANKS: Readonly<Record<Severity | 'never', number>> = { information: 0, warning: 1, error: 2, never: 3 };

/** What a worker thread is given to begin with; lists of files come as messages. */
export interface ScanJob {
  readonly values: PlatformValues;
}

/** Below this many files a worker costs more than it saves. */
const FILES_PER_WORKER = 60;
const SHARES_PER_WORKER = 48;
/** A larger young generation saves copying; a bound on the old one keeps garbage from piling up. A scan holds some 150 MB. */
const MEMORY = { maxYoungGenerationSizeMb: 64, maxOldGenerationSizeMb: 768 };

/** `dma-aperture scan …`. @returns 0, or 1 where a finding is at or above `--fail-on` */
export async function scanCommand(args: readonly string[], write: (text: string) => void): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args], allowPositionals: true,
    options: {
      ...PLATFORM_OPTIONS, json: { type: 'boolean' }, ndjson: { type: 'boolean' }, sarif: { type: 'boolean' },
      'fail-on': { type: 'string' }, jobs: { type: 'string' },
    },
  });
  const formats = [values.json, values.ndjson, values.sarif].filter(Boolean).length;
  if (formats > 1) throw new InputError('scan: expected one of --json, --ndjson and --sarif');
  if (positionals.length === 0) throw new InputError('scan: expected one or more C files or folders');
  const failOn = values['fail-on'] ?? 'error';
  if (failOn !== 'error' && failOn !== 'warning' && failOn !== 'never') throw new InputError(`--fail-on ${failOn}: expected error, warning or never`);
  const jobs = values.jobs === undefined ? availableParallelism() : Number(values.jobs);
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 256) throw new InputError(`--jobs ${values.jobs ?? ''}: expected a number from 1 to 256`);

  const platform = platformFromOptions(values);
  const files = listSources(positionals);
  const { records, unread } = await scanAll(files, values, platform, jobs);
  for (const line of unread) process.stderr.write(`dma-aperture: ${line}\n`);
  if (values.json) write(`${JSON.stringify({ schema: 'dma-aperture/scan@1', platform: platform.label, records }, null, 2)}\n`);
  else if (values.ndjson) write(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  else if (values.sarif) write(`${JSON.stringify(sarifLog(records, DMA_APERTURE_VERSION), null, 2)}\n`);
  else write(textReport(records, files.length, platform));
  if (unread.length > 0) return 2;
  const worst = Math.max(-1, ...records.flatMap((record) => record.findings.map((finding) => RANKS[finding.severity])));
  return worst >= RANKS[failOn] ? 1 : 0;
}

/** The configuration that decides `#if`; undefined without `--config`. */
export function configOf(values: PlatformValues): ReadonlyMap<string, string> | undefined {
  if (values.config === undefined) return undefined;
  const { facts } = readKconfig(readInput(values.config), values.config);
  return facts.config && new Map([...facts.config].map(([symbol, fact]) => [symbol, fact.value]));
}

async function scanAll(files: readonly string[], values: PlatformValues, platform: Platform, jobs: number): Promise<ScanResult> {
  const count = Math.min(jobs, Math.floor(files.length / FILES_PER_WORKER));
  if (count < 2) {
    const scanner = await FileScanner.create(platform, configOf(values));
    const result = await scanner.scan(files);
    scanner.dispose();
    return result;
  }
  // Contiguous shares keep folders, and so their headers, together; many small ones even out large folders.
  const shares = Math.min(count * SHARES_PER_WORKER, Math.ceil(files.length / FILES_PER_WORKER));
  const parts: ScanResult[] = [];
  let next = 0;
  let done = 0;
  const workers = Array.from({ length: count }, () => new Worker(__filename, { resourceLimits: MEMORY, workerData: { values: { ...values } } satisfies ScanJob }));
  const take = async (worker: Worker): Promise<void> => {
    for (let share = next++; share < shares; share = next++) {
      const from = Math.floor((files.length * share) / shares);
      const to = Math.floor((files.length * (share + 1)) / shares);
      parts[share] = await askWorker(worker, files.slice(from, to));
      done += to - from;
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${files.length} files`);
    }
  };
  try {
    await Promise.all(workers.map(take));
  } finally {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return { records: parts.flatMap((part) => part.records), unread: parts.flatMap((part) => part.unread) };
}

function askWorker(worker: Worker, files: readonly string[]): Promise<ScanResult> {
  return new Promise((resolve, reject) => {
    const answered = (result: ScanResult): void => {
      worker.off('error', failed).off('exit', ended);
      resolve(result);
    };
    const failed = (error: unknown): void => reject(error instanceof Error ? error : new Error(String(error)));
    const ended = (code: number): void => reject(new Error(`a scan worker ended with ${code}`));
    worker.once('message', answered).once('error', failed).once('exit', ended);
    worker.postMessage(files);
  });
}

function textReport(records: readonly ScanRecord[], files: number, platform: Platform): string {
  const count = (kind: string): number => records.filter((record) => record.size.kind === kind).length;
  const findings = records.reduce((sum, record) => sum + record.findings.length, 0);
  return [
    ...records.map(scanText),
    `${records.length} call site${records.length === 1 ? '' : 's'} in ${files} file${files === 1 ? '' : 's'}: ${count('exact')} exact, ${count('bounded')} bounded, ${count('unknown')} unknown; ${findings} finding${findings === 1 ? '' : 's'}`,
    `Platform: ${platform.label}`, '',
  ].join('\n');
}
