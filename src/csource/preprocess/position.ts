import type { SourceIndex } from './source-index.ts';

const starts = new WeakMap<object, readonly number[]>();

/** Line and column of an offset, both counting from 1; columns in UTF-16 units. */
export function positionAt(index: Pick<SourceIndex, 'text'>, offset: number): { line: number; column: number } {
  let lines = starts.get(index);
  if (!lines) {
    const found = [0];
    for (let at = index.text.indexOf('\n'); at >= 0; at = index.text.indexOf('\n', at + 1)) found.push(at + 1);
    lines = found;
    starts.set(index, lines);
  }
  let low = 0;
  let high = lines.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((lines[middle] ?? 0) <= offset) low = middle;
    else high = middle;
  }
  return { line: low + 1, column: offset - (lines[low] ?? 0) + 1 };
}
