// No text that a program writes holds it: a noncharacter of Unicode.
const MARK = '\uFFFE';

/** JSON of a value that may hold integers wider than a number: they are written as the digits that they have. */
export function jsonText(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${MARK}${part}${MARK}` : part), indent);
  return text.includes(MARK) ? text.replace(/"\uFFFE(-?\d+)\uFFFE"/g, '$1') : text;
}
