import * as v from 'valibot';
import { groupDigits } from '../units/bytes.ts';
import { parseSize } from '../units/parse-size.ts';

/**
 * Values that a scenario is made of. Each is given its description, which the JSON Schema shows in completion; it stands before a
 * value is changed, as what stands behind is not a person's to write.
 */

/** A size as people write it, turned into bytes. */
export function size(description: string): v.GenericSchema<number | string, number> {
  return v.pipe(
    v.union([v.number(), v.string()], 'expected a size: a number of bytes or a string such as "1.5M"'),
    v.description(`${description} Bytes, or text: "1.5M", "256 KiB", "0x40000", "2^9 pages", "16 slots".`),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const bytes = parseSize(dataset.value);
      if (typeof bytes === 'number') return bytes;
      addIssue({ message: bytes.error });
      return NEVER;
    }),
  );
}

export function positiveSize(description: string): v.GenericSchema<number | string, number> {
  return v.pipe(size(description), v.minValue(1, 'expected at least one byte'));
}

export function byte(description: string): v.GenericSchema<number | string, number> {
  return v.pipe(
    v.union([v.number(), v.string()], 'expected a byte: 0 to 255, or a string such as "0xa5"'),
    v.description(`${description} 0 to 255, or text such as "0xa5".`),
    v.transform((value) => (typeof value === 'string' && /^(0x[0-9a-f]{1,2}|\d{1,3})$/i.test(value) ? Number(value) : value)),
    v.check((value): value is number => typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255, 'expected a byte: 0 to 255, or a string such as "0xa5"'),
    v.transform(Number),
  );
}

export function maskBits(description: string): v.GenericSchema<number> {
  return v.pipe(v.number('expected the width of a DMA mask in bits'), v.description(description), v.integer('expected whole bits'), v.minValue(12, 'expected 12 to 64 bits'), v.maxValue(64, 'expected 12 to 64 bits'));
}

export function count(description: string): v.GenericSchema<number> {
  return v.pipe(v.number('expected a number'), v.description(description), v.integer('expected a whole number'), v.minValue(0, 'expected zero or more'));
}

/** @param most the largest number that is taken; `what` names it in the message */
export function times(description: string, most = 10_000_000, what = ''): v.GenericSchema<number> {
  return v.pipe(v.number('expected a number'), v.description(description), v.integer('expected a whole number'), v.minValue(1, 'expected one or more'), v.maxValue(most, `expected at most ${groupDigits(most)}${what}`));
}

export function name(description: string): v.GenericSchema<string> {
  return v.pipe(v.string('expected a name'), v.description(description), v.nonEmpty('expected a name'));
}

export function flag(description: string): v.GenericSchema<boolean> {
  return v.pipe(v.boolean('expected true or false'), v.description(description));
}

/** The name of an operation, with what it does. */
export function operation<const N extends string>(op: N, description: string): v.SchemaWithPipe<readonly [v.LiteralSchema<N, undefined>, v.DescriptionAction<N, string>]> {
  return v.pipe(v.literal(op), v.description(description));
}
