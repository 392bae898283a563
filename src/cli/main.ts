import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { InputError } from './input-error.ts';
import type { ScanJob } from './scan-command.ts';
import type { ScanShare } from './scan-files.ts';
import { USAGE } from './usage.ts';

declare const DMA_APERTURE_VERSION: string;

type Command = (args: readonly string[], write: (text: string) => void) => number | Promise<number>;

/** Each by itself, so that a command does not wait for what the others are made of. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  log: async () => (await import('./log-command.ts')).logCommand,
  scan: async () => (await import('./scan-command.ts')).scanCommand,
  run: async () => (await import('./run-command.ts')).runCommand,
  scenario: async () => (await import('./scenario-command.ts')).scenarioCommand,
  plan: async () => (await import('./plan-command.ts')).planCommand,
  size: async () => (await import('./size-command.ts')).sizeCommand,
  replay: async () => (await import('./replay-command.ts')).replayCommand,
  sizeof: async () => (await import('./sizeof-command.ts')).sizeofCommand,
  lsp: () => Promise.resolve(lspCommand),
};

/** Node reports unknown options by these codes; their messages name the option. */
const USAGE_ERRORS = /^ERR_PARSE_ARGS_/;

async function main(): Promise<number> {
  const [name, ...args] = process.argv.slice(2);
  if (name === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  if (name === '--help' || name === '-h' || name === 'help' || args.includes('--help')) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (name === '--version') {
    process.stdout.write(`${DMA_APERTURE_VERSION}\n`);
    return 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) throw new InputError(`unknown command "${name}": expected log, scan, run, scenario, plan, size, replay, sizeof or lsp`);
  return await (await command())(args, (text) => process.stdout.write(text));
}

/** `dma-aperture lsp --stdio`: the language server in this process; its bundle stands beside this one. */
function lspCommand(args: readonly string[]): Promise<number> {
  if (!args.includes('--stdio')) throw new InputError('lsp: expected --stdio');
  createRequire(__filename)(join(__dirname, 'server.cjs'));
  return new Promise(() => undefined); // the server ends the process
}

// A reader that stops early (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

/** A thread of a scan: answers shares of files until it is ended. */
async function scanWorker({ values }: ScanJob): Promise<never> {
  const [{ FileScanner }, { configOf, limitsFromOptions }] = await Promise.all([import('./scan-files.ts'), import('./scan-limits.ts')]);
  const scanner = await FileScanner.create(limitsFromOptions(values), configOf(values));
  parentPort?.on('message', (share: ScanShare) => {
    // A failure ends the thread, which the main thread reports.
    void scanner.scan(share).then((result) => parentPort?.postMessage(result), (error: unknown) => { setImmediate(() => { throw error; }); });
  });
  return new Promise(() => undefined);
}

(isMainThread ? main() : scanWorker(workerData as ScanJob)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.exitCode = 2;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (error instanceof InputError || (error instanceof Error && USAGE_ERRORS.test(code))) {
      process.stderr.write(`dma-aperture: ${error.message.split('\n')[0] ?? ''}\n`);
      return;
    }
    process.stderr.write(`dma-aperture: internal error: ${error instanceof Error ? error.message : String(error)}; please report it with the input\n`);
    if (process.env['DMA_APERTURE_DEBUG']) throw error;
  },
);
