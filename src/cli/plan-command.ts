import { parseArgs } from 'node:util';
import { planBuffer } from '../core/scenario/plan-buffer.ts';
import { parseSize } from '../core/units/parse-size.ts';
import { planCsv, planJson, planMarkdown, planText } from '../render/plan-report.ts';
import { InputError } from './input-error.ts';
import { PLATFORM_OPTIONS, platformFromOptions } from './platform-options.ts';

const ZERO_COPY = ['user', 'domu'] as const;

/** `dma-aperture plan --size SIZE [--mask BITS] [--contiguous] [--zero-copy user|domu] [--rate SIZE]`. @returns 0, or 1 where no way works */
export function planCommand(args: readonly string[], write: (text: string) => void): number {
  const { values, positionals } = parseArgs({
    args: [...args], allowPositionals: true,
    options: {
      size: { type: 'string' }, mask: { type: 'string' }, contiguous: { type: 'boolean' }, 'zero-copy': { type: 'string' }, rate: { type: 'string' },
      json: { type: 'boolean' }, markdown: { type: 'boolean' }, csv: { type: 'boolean' }, ...PLATFORM_OPTIONS,
    },
  });
  if (positionals.length > 0) throw new InputError(`plan: unexpected "${positionals[0] ?? ''}": the buffer is described by --size, --mask and the like`);
  if (values.size === undefined) throw new InputError('plan: expected --size, such as --size 1G');
  const zeroCopy = values['zero-copy'];
  const way = ZERO_COPY.find((each) => each === zeroCopy);
  if (zeroCopy !== undefined && way === undefined) throw new InputError(`--zero-copy ${zeroCopy}: expected user or domu`);
  const mask = values.mask ?? '32';
  if (!/^\d{1,2}$/.test(mask) || Number(mask) < 12 || Number(mask) > 64) throw new InputError(`--mask ${mask}: expected a width of 12 to 64 bits`);
  const bytes = sizeOf('--size', values.size);
  if (bytes < 1) throw new InputError(`--size ${values.size}: expected at least one byte`);
  const plan = planBuffer(platformFromOptions(values), {
    bytes, maskBits: Number(mask), contiguous: values.contiguous === true, zeroCopy: way ?? 'no',
    bytesPerSecond: values.rate === undefined ? 0 : sizeOf('--rate', values.rate.replace(/\/s$/, '')),
  });
  write(values.json ? `${JSON.stringify(planJson(plan), null, 2)}\n` : values.markdown ? planMarkdown(plan) : values.csv ? planCsv(plan) : planText(plan));
  return plan.rows.some(({ verdict }) => verdict === 'works') ? 0 : 1;
}

function sizeOf(option: string, text: string): number {
  const size = parseSize(text);
  if (typeof size === 'number') return size;
  throw new InputError(`${option} ${text}: ${size.error}`);
}
