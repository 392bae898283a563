/** What a failed check says. */
export class CheckError extends Error {}

const show = (value) => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 400 ? `${text.slice(0, 400)}…` : text;
};

/** Deep equality of JSON values. */
export function equal(actual, expected, what) {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) throw new CheckError(`${what}: expected ${show(expected)}, got ${show(actual)}`);
}

export function check(condition, what) {
  if (!condition) throw new CheckError(what);
}

/** Reads until it equals what is expected: the page draws after it is told. */
export async function eventually(read, expected, what, patience = 3000) {
  const end = Date.now() + patience;
  for (;;) {
    const actual = await read();
    if (JSON.stringify(actual) === JSON.stringify(expected)) return;
    if (Date.now() > end) return equal(actual, expected, what);
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** The rows of a table by its label, as text, without the row of headings. */
export function rowsOf(page, label) {
  return page.evaluate((name) => {
    const table = document.querySelector(`table[aria-label="${name}"]`);
    return table && [...table.tBodies[0].rows].filter((row) => !row.ariaHidden).map((row) => [...row.cells].map((cell) => cell.textContent));
  }, label);
}

export const text = (page, selector) => page.evaluate((at) => document.querySelector(at)?.textContent ?? null, selector);

/** The colour of a canvas at a place in CSS pixels, as [r, g, b, a]. */
export function pixel(page, selector, x, y) {
  return page.evaluate(([at, left, top]) => {
    const canvas = document.querySelector(at);
    const scale = canvas.width / canvas.clientWidth;
    return [...canvas.getContext('2d').getImageData(Math.floor(left * scale), Math.floor(top * scale), 1, 1).data];
  }, [selector, x, y]);
}

export const group = (value) => String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',');
