import type { SizeResult } from '../evaluate/evaluate-size.ts';
import { unknownSize } from '../evaluate/evaluate-size.ts';

/** A freed block holds the way to the next one. */
const LEAST_BLOCK = 4;

/**
 * What a pool asks of the coherent allocator at a time: a page, or a block rounded up to its alignment where that is more.
 * mm/dmapool.c: dma_pool_create, 2.6.16 to 7.x.
 * @param size of a block, in bytes
 * @param align in bytes; 0 stands for 1
 * @param pageShift binary logarithm of the page size; undefined where it is not known
 */
export function poolAllocation(size: SizeResult, align: SizeResult, pageShift: number | undefined): SizeResult {
  if (size.kind === 'unknown') return size;
  if (align.kind !== 'exact') return unknownSize(`the pool's alignment is not known: ${align.why}`);
  if (pageShift === undefined) return unknownSize('the size of a page is not known');
  const unit = Math.max(align.bytes, 1);
  if (!Number.isInteger(Math.log2(unit))) return unknownSize(`the pool's alignment of ${unit} is no power of two: no pool is made`);
  const allocation = (block: number): number => Math.max(Math.ceil(Math.max(block, LEAST_BLOCK) / unit) * unit, 2 ** pageShift);
  const why = `a pool asks for a page or an aligned block, whichever is more; the block is ${size.kind === 'exact' ? size.bytes : 'bounded'}: ${size.why}`;
  if (size.kind === 'exact') return { kind: 'exact', bytes: allocation(size.bytes), why, steps: size.steps };
  return { kind: 'bounded', min: allocation(size.min ?? 0), ...(size.max === undefined ? {} : { max: allocation(size.max) }), ...(size.byType ? { byType: true } : {}), why, steps: size.steps };
}
