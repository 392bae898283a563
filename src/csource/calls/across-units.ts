import type { SizeResult } from '../evaluate/evaluate-size.ts';

/** The size of a call whose text is a part of several translation units: what holds in each of them. */
export function acrossUnits(sizes: readonly SizeResult[]): SizeResult | undefined {
  const [first] = sizes;
  const unknown = sizes.find(({ kind }) => kind === 'unknown');
  if (!first || unknown || sizes.length === 1) return unknown ?? first;
  if (sizes.every((size) => size.kind === 'exact' && first.kind === 'exact' && size.bytes === first.bytes && size.exactly?.max === first.exactly?.max)) return first;
  const ends = sizes.map((size) => (size.kind === 'exact' ? { min: size.bytes, max: size.bytes } : size.kind === 'bounded' ? size : {}));
  const most = Math.max(...ends.map(({ max }) => max ?? Infinity));
  if (!Number.isSafeInteger(most)) return { kind: 'unknown', why: 'the files that take this one in give it other values', steps: first.steps };
  const least = Math.min(...ends.map(({ min }) => min ?? 0));
  const byType = sizes.some((size) => size.kind === 'bounded' && size.byType);
  return { kind: 'bounded', min: least, max: most, ...(byType ? { byType: true } : {}), why: `at most ${most}: ${sizes.length} files take this one in`, steps: first.steps };
}
