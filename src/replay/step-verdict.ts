/** What became of comparing one operation of a trace with the core. */
export type StepVerdict =
  | { readonly matched: true }
  | {
    readonly matched: false;
    /** What the trace states, in the trace's own terms. */
    readonly stated: string;
    /** What the core answers. */
    readonly predicted: string;
  };

export const MATCHED: StepVerdict = { matched: true };

export function differs(stated: string, predicted: string): StepVerdict {
  return { matched: false, stated, predicted };
}
