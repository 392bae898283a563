/** What is wrong with an option's value. The offset counts in the value. */
export interface OptionError {
  readonly offset: number;
  readonly text: string;
  readonly expected: string;
}
