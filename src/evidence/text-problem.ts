/** What is wrong with a text that was to be evidence, as data: the message is put together where it is shown. */
export interface TextProblem {
  readonly uri: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly expected: string;
  /** What stands there, cut to a length that a message can carry. */
  readonly found: string;
}

/** The facts of a text and what could not be read in it. */
export interface Reading<T> {
  readonly facts: T;
  readonly problems: readonly TextProblem[];
}

/** What stands in a place, for a message; `nothing` for blanks. */
export function excerpt(text: string): string {
  if (text.trim() === '') return 'nothing';
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
