import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { Platform } from '../core/platform/platform.ts';
import { jsonText } from '../render/json-text.ts';
import { sarifLog } from '../render/sarif.ts';
import { type FileRecords, type FindingJson, scanText } from '../render/scan-record.ts';
import type { Severity } from '../rules/finding.ts';
import type { PlatformLimits } from '../rules/platform-limits.ts';
import { applyBaseline, baselineText } from './baseline.ts';
import { InputError } from './input-error.ts';
import { listSources } from './list-sources.ts';
import { PLATFORM_OPTIONS } from './platform-options.ts';
import { fileErrorText } from './read-input.ts';
import { RULE_OPTIONS, type ScanValues, configOf, limitsFromOptions } from './scan-limits.ts';
import { passingCallers } from './passing-callers.ts';
import { FileScanner, type ScanResult, type ScanShare } from './scan-files.ts';

declare const DMA_APERTURE_VERSION: string;

const RANKS: Readonly<Record<Severity | 'never', number>> = { information: 0, warning: 1, error: 2, never: 3 };

/** What a worker thread is given to begin with; lists of files come as messages. */
export interface ScanJob {
  readonly values: ScanValues;
}

/** Below this many files a worker costs more than it saves. */
const FILES_PER_WORKER = 60;
const SHARES_PER_WORKER = 48;
/** A larger young generation saves copying; a bound on the old one keeps garbage from piling up. A scan holds some 150 MB. */
const MEMORY = { maxYoungGenerationSizeMb: 32, maxOldGenerationSizeMb: 768 };
/**
 * What V8 is told before the threads of a scan begin. They live for seconds, and each compiles for itself: by its own measure it optimises
 * so much that a quarter of a scan's processor time goes into it. Its quick compiler does the rest.
 */
const COMPILING = ['--interrupt-budget=1000000', '--always-sparkplug'];

/** `dma-aperture scan …`. @returns 0, or 1 where a finding is at or above `--fail-on` */
export async function scanCommand(args: readonly string[], write: (text: string) => void): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args], allowPositionals: true,
    options: {
      ...PLATFORM_OPTIONS, ...RULE_OPTIONS, json: { type: 'boolean' }, ndjson: { type: 'boolean' }, sarif: { type: 'boolean' },
      'fail-on': { type: 'string' }, jobs: { type: 'string' },
      'baseline': { type: 'string' }, 'write-baseline': { type: 'string' },
    },
  });
  const formats = [values.json, values.ndjson, values.sarif].filter(Boolean).length;
  if (formats > 1) throw new InputError('scan: expected one of --json, --ndjson and --sarif');
  if (positionals.length === 0) throw new InputError('scan: expected one or more C files or folders');
  const failOn = values['fail-on'] ?? 'error';
  if (failOn !== 'error' && failOn !== 'warning' && failOn !== 'never') throw new InputError(`--fail-on ${failOn}: expected error, warning or never`);
  const jobs = values.jobs === undefined ? availableParallelism() : Number(values.jobs);
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 256) throw new InputError(`--jobs ${values.jobs ?? ''}: expected a number from 1 to 256`);

  const limits = limitsFromOptions(values);
  const { platform } = limits;
  const files = listSources(positionals);
  const result = await scanAll(files, values, limits, jobs);
  for (const line of result.unread) process.stderr.write(`dma-aperture: ${line}\n`);
  const records = values.baseline === undefined ? result : withBaseline(values.baseline, result);
  if (values['write-baseline'] !== undefined) writeBaseline(values['write-baseline'], result);
  if (values.json) write(`${jsonText({ schema: 'dma-aperture/scan@1', platform: platform.label, records: records.calls, others: records.others }, 2)}\n`);
  else if (values.ndjson) write([...records.calls, ...records.others].map((record) => `${jsonText(record)}\n`).join(''));
  else if (values.sarif) write(`${JSON.stringify(sarifLog(records, DMA_APERTURE_VERSION), null, 2)}\n`);
  else write(textReport(records, files.length, platform));
  if (result.unread.length > 0) return 2;
  const worst = Math.max(-1, ...findingsOf(records).filter(({ suppressed }) => !suppressed).map(({ severity }) => RANKS[severity]));
  return worst >= RANKS[failOn] ? 1 : 0;
}

function findingsOf({ calls, others }: FileRecords): FindingJson[] {
  return [...calls, ...others].flatMap(({ findings }) => findings);
}

function withBaseline(path: string, result: FileRecords): FileRecords {
  const { records, gone } = applyBaseline(path, result);
  if (gone > 0) process.stderr.write(`dma-aperture: ${path}: ${gone} of its findings ${gone === 1 ? 'was' : 'were'} not found any more: write it anew to drop ${gone === 1 ? 'it' : 'them'}\n`);
  return records;
}

function writeBaseline(path: string, result: FileRecords): void {
  try {
    writeFileSync(path, baselineText(result));
  } catch (error) {
    throw new InputError(`--write-baseline ${path}: ${fileErrorText(error)}`);
  }
}

async function scanAll(files: readonly string[], values: ScanValues, limits: PlatformLimits, jobs: number): Promise<ScanResult> {
  const count = Math.min(jobs, Math.floor(files.length / FILES_PER_WORKER));
  if (count < 2) {
    const scanner = await FileScanner.create(limits, configOf(values));
    const result = await scanner.scan({ files });
    const callers = await scanner.scan(passingCallers(files, result.passing));
    scanner.dispose();
    return withCallers(files, result, callers);
  }
  for (const flag of COMPILING) setFlagsFromString(flag);
  const workers = Array.from({ length: count }, () => new Worker(__filename, { resourceLimits: MEMORY, workerData: { values: { ...values } } satisfies ScanJob }));
  try {
    const result = await askWorkers(workers, { files }, 'files');
    return withCallers(files, result, await askWorkers(workers, passingCallers(files, result.passing), 'files that may call what hands sizes on'));
  } finally {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/**
 * Scans in shares. Contiguous ones keep folders, and so their headers, together; many small ones even out large folders.
 * @param what they are, for the progress
 */
async function askWorkers(workers: readonly Worker[], { files, passing }: ScanShare, what: string): Promise<ScanResult> {
  const shares = Math.min(workers.length * SHARES_PER_WORKER, Math.ceil(files.length / FILES_PER_WORKER));
  const parts: ScanResult[] = [];
  let next = 0;
  let done = 0;
  const take = async (worker: Worker): Promise<void> => {
    for (let share = next++; share < shares; share = next++) {
      const from = Math.floor((files.length * share) / shares);
      const to = Math.floor((files.length * (share + 1)) / shares);
      parts[share] = await askWorker(worker, { files: files.slice(from, to), ...(passing ? { passing: passing.slice(from, to) } : {}) });
      done += to - from;
      if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${files.length} ${what}\x1b[K`);
    }
  };
  await Promise.all(workers.map(take));
  return {
    calls: parts.flatMap((part) => part.calls), others: parts.flatMap((part) => part.others),
    unread: parts.flatMap((part) => part.unread), passing: parts.flatMap((part) => part.passing),
  };
}

/** A scan with what was found of the callers put in place of what was known of their files before. */
function withCallers(files: readonly string[], result: ScanResult, callers: ScanResult): ScanResult {
  const again = new Set([...callers.calls, ...callers.others].map(({ file }) => file));
  if (again.size === 0) return result;
  const order = new Map(files.map((file, at) => [file, at]));
  const merged = <T extends { readonly file: string }>(before: readonly T[], now: readonly T[]): T[] =>
    [...before.filter(({ file }) => !again.has(file)), ...now].sort((a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0));
  return { ...result, calls: merged(result.calls, callers.calls), others: merged(result.others, callers.others) };
}

function askWorker(worker: Worker, share: ScanShare): Promise<ScanResult> {
  return new Promise((resolve, reject) => {
    const answered = (result: ScanResult): void => {
      worker.off('error', failed).off('exit', ended);
      resolve(result);
    };
    const failed = (error: unknown): void => reject(error instanceof Error ? error : new Error(String(error)));
    const ended = (code: number): void => reject(new Error(`a scan worker ended with ${code}`));
    worker.once('message', answered).once('error', failed).once('exit', ended);
    worker.postMessage(share);
  });
}

function textReport(records: FileRecords, files: number, platform: Platform): string {
  const { calls, others } = records;
  const count = (kind: string): number => calls.filter((record) => record.size.kind === kind).length;
  const all = findingsOf(records);
  const suppressed = all.filter((finding) => finding.suppressed).length;
  const findings = all.length - suppressed;
  return [
    ...[...calls, ...others].map(scanText).filter((text) => text !== ''),
    `${calls.length} call site${calls.length === 1 ? '' : 's'} in ${files} file${files === 1 ? '' : 's'}: ${count('exact')} exact, ${count('bounded')} bounded, ${count('unknown')} unknown; ${findings} finding${findings === 1 ? '' : 's'}${suppressed > 0 ? `, ${suppressed} suppressed` : ''}`,
    `Platform: ${platform.label}`, '',
  ].join('\n');
}
