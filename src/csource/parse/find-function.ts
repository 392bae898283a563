/** Range of a function in a text. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

const HEADER_LINES = 30;

/**
 * The function around an offset by the kernel's coding style: its body opens and closes with a brace in the first column.
 * A guess to save parsing the file: the caller parses the span and takes it only if it is one function without errors.
 */
export function findFunction(text: string, offset: number): Span | undefined {
  const open = text.lastIndexOf('\n{', offset);
  if (open < 0) return undefined;
  const previous = text.lastIndexOf('\n}', offset);
  if (previous > open) return undefined;
  const close = text.indexOf('\n}', offset);
  if (close < 0) return undefined;
  let from = open;
  for (let lines = 0; lines < HEADER_LINES; lines++) {
    const start = text.lastIndexOf('\n', from - 1) + 1;
    const line = text.slice(start, from).trimEnd();
    if (line === '' || /[;}]$|\*\/$|^#|\\$|:$/.test(line)) return { from: from + 1, to: close + 2 };
    if (start === 0) return { from: 0, to: close + 2 };
    from = start - 1;
  }
  return undefined;
}
