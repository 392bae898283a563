/** Pages and orders of the architectures modelled: 4 KiB pages (x86; `PAGE_SHIFT` 12 in Linux and in Xen). */

export const PAGE_SIZE = 4096;

/** Pages that hold `bytes`: PAGE_ALIGN(bytes) >> PAGE_SHIFT. */
export function pagesFor(bytes: number): number {
  return Math.ceil(bytes / PAGE_SIZE);
}

/**
 * The order whose block holds `bytes`, as Linux's `get_order()` gives it: 2^order pages, order 0 for 1..4096 bytes.
 * @throws RangeError if `bytes` is not a positive whole number
 */
export function orderFor(bytes: number): number {
  if (!(bytes > 0)) throw new RangeError(`no order holds ${bytes} bytes`);
  let order = 0;
  for (let pages = pagesFor(bytes); 2 ** order < pages; ) order++;
  return order;
}

/** Bytes of one block of an order: 2^order pages. */
export function orderBytes(order: number): number {
  return PAGE_SIZE * 2 ** order;
}
