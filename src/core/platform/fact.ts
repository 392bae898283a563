/** What a fact rests on: a place in a text that a machine or a person wrote. Lines and columns count from 1. */
export interface Evidence {
  readonly kind: 'log' | 'kconfig' | 'cmdline' | 'tree' | 'setting' | 'scenario' | 'built-in';
  /** URI of the text; as given on the command line for the CLI. */
  readonly uri: string;
  readonly line: number;
  readonly column: number;
  /** Column behind the last character, where the place is known that exactly. */
  readonly endColumn?: number;
  /** The text that states the fact. */
  readonly text?: string;
}

/** What holds where no evidence says otherwise: the kernel's or hypervisor's own default. */
export interface Default {
  readonly kind: 'default';
  /** The source that was read, in words: file, function or symbol, versions. */
  readonly source: string;
}

/** Worked out from other facts by a rule that stands in `rule`. */
export interface Derived {
  readonly kind: 'derived';
  readonly rule: string;
  readonly facts: readonly Fact<unknown>[];
}

export type Provenance = Evidence | Default | Derived;

/** A value and where it comes from. Nothing that the product states is without one. */
export interface Fact<T> {
  readonly value: T;
  readonly from: Provenance;
  /** Why the value may not hold, where the evidence leaves that open: what is missing, in words. */
  readonly doubt?: string;
}

export function factFromDefault<T>(value: T, source: string): Fact<T> {
  return { value, from: { kind: 'default', source } };
}

export function derivedFact<T>(value: T, rule: string, ...facts: readonly Fact<unknown>[]): Fact<T> {
  return { value, from: { kind: 'derived', rule, facts } };
}

/** The evidence that a fact rests on, nearest first; empty where it is a default through and through. */
export function evidenceOf(fact: Fact<unknown>): Evidence[] {
  const { from } = fact;
  if (from.kind === 'default') return [];
  if (from.kind === 'derived') return from.facts.flatMap(evidenceOf);
  return [from];
}

/** Whether a fact, or any fact that it was worked out from, is in doubt; the first reason found. */
export function doubtOf(fact: Fact<unknown>): string | undefined {
  if (fact.doubt !== undefined) return fact.doubt;
  if (fact.from.kind !== 'derived') return undefined;
  for (const part of fact.from.facts) {
    const doubt = doubtOf(part);
    if (doubt !== undefined) return doubt;
  }
  return undefined;
}
