import type { FunctionText } from '../parse/read-function.ts';
import type { TokenRange } from '../parse/read-statements.ts';
import type { CallUse } from './function-view.ts';
import type { TextSpan } from './observation.ts';

/** A call's place in the file, from its name to its closing bracket. */
export function callSpan(fn: FunctionText, call: CallUse): TextSpan {
  return rangeSpan(fn, { from: call.at, to: call.to });
}

/** The place of a range of tokens that is not empty. */
export function rangeSpan({ tokens }: FunctionText, { from, to }: TokenRange): TextSpan {
  const first = tokens[from];
  const last = tokens[to - 1];
  return { start: first?.start ?? 0, end: last ? last.start + last.text.length : (first?.start ?? 0) };
}
