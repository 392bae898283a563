/** A step as a person would write it, or one that cannot be written: what stands in its place is a comment. */
export type DraftStep = Readonly<Record<string, unknown>> | { readonly leftOut: string };

/** A scenario as a person would write it: what the schema reads, before it is read. */
export interface ScenarioDraft {
  readonly name: string;
  readonly description: string;
  /** Id of a built-in platform, or one spelled out; absent: the active one. */
  readonly platform?: string | Readonly<Record<string, unknown>>;
  readonly devices: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly steps: readonly DraftStep[];
  /** What a reader has to know of a part, a sentence each. */
  readonly remarks?: { readonly platform?: readonly string[]; readonly devices?: readonly string[] };
}
