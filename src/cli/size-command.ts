import { parseArgs } from 'node:util';
import { platformOf } from '../core/scenario/scenario-platform.ts';
import { sizeAperture } from '../core/scenario/size-aperture.ts';
import { sizingCsv, sizingJson, sizingMarkdown, sizingText } from '../render/sizing-report.ts';
import { InputError } from './input-error.ts';
import { PLATFORM_OPTIONS, platformFromOptions } from './platform-options.ts';
import { readScenario } from './read-scenario.ts';

/** `dma-aperture size [--json|--markdown|--csv] SCENARIO`. @returns 0, or 1 where no size of the aperture helps */
export function sizeCommand(args: readonly string[], write: (text: string) => void): number {
  const { values, positionals } = parseArgs({
    args: [...args], allowPositionals: true, options: { json: { type: 'boolean' }, markdown: { type: 'boolean' }, csv: { type: 'boolean' }, ...PLATFORM_OPTIONS },
  });
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) throw new InputError('size: expected one scenario file (*.dma.json)');
  const scenario = readScenario(path);
  const search = sizeAperture(scenario, platformOf(scenario, platformFromOptions(values), path));
  const terminal = process.stderr.isTTY;
  for (;;) {
    const { done, value } = search.next();
    if (!done) {
      if (terminal) process.stderr.write(`\r${value.done} of ${value.total} runs `);
      continue;
    }
    if (terminal) process.stderr.write('\r\u001b[K');
    write(values.json ? `${JSON.stringify(sizingJson(value), null, 2)}\n` : values.markdown ? sizingMarkdown(value) : values.csv ? sizingCsv(value) : sizingText(value));
    return value.smallest ? 0 : 1;
  }
}
