import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { withCommandLineFacts } from '../evidence/command-line-facts.ts';
import { readLog } from '../evidence/log/read-log.ts';
import { scenarioDraftText } from '../render/scenario-draft-text.ts';
import type { ScenarioDraft } from '../rules/scenario-draft.ts';
import { scenarioFromDriver } from '../rules/scenario-from-driver.ts';
import { scenarioFromLog } from '../rules/scenario-from-log.ts';
import { InputError } from './input-error.ts';
import { PLATFORM_OPTIONS } from './platform-options.ts';
import { readInput } from './read-input.ts';
import { FileScanner } from './scan-files.ts';
import { type ScanValues, configOf, limitsFromOptions } from './scan-limits.ts';

/** `dma-aperture scenario --from-driver FILE|--from-log FILE`: writes a scenario to edit. @returns 0 */
export async function scenarioCommand(args: readonly string[], write: (text: string) => void): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args], allowPositionals: true, options: { 'from-driver': { type: 'string' }, 'from-log': { type: 'string' }, ...PLATFORM_OPTIONS },
  });
  const { 'from-driver': driver, 'from-log': log } = values;
  if (positionals.length > 0) throw new InputError(`scenario: unexpected "${positionals[0] ?? ''}": expected --from-driver FILE or --from-log FILE`);
  if ((driver === undefined) === (log === undefined)) throw new InputError('scenario: expected one of --from-driver FILE and --from-log FILE');
  write(scenarioDraftText(driver === undefined ? ofLog(log ?? '') : await ofDriver(driver, values)));
  return 0;
}

async function ofDriver(path: string, values: ScanValues): Promise<ScenarioDraft> {
  const text = readInput(path);
  const limits = limitsFromOptions(values);
  const scanner = await FileScanner.create(limits, configOf(values));
  try {
    const { calls } = await scanner.scanText(path, text);
    const draft = scenarioFromDriver({ name: basename(path), path, text, calls }, limits.platform);
    if (!draft) throw new InputError(`${path}: asks for no DMA memory: expected a C file with a call such as dma_alloc_coherent or dma_map_single`);
    return draft;
  } finally {
    scanner.dispose();
  }
}

function ofLog(path: string): ScenarioDraft {
  const reading = readLog(readInput(path), path);
  const draft = scenarioFromLog(basename(path), withCommandLineFacts(reading.platform), reading.facts.failures);
  if (!draft) throw new InputError(`${path}: ${reading.isKernelLog ? 'has no mapping that failed and states its size' : 'not a kernel or Xen log'}: there is nothing to make a scenario of`);
  return draft;
}
