import { type Evidence, type Fact, evidenceOf } from '../core/platform/fact.ts';

/** `boot.log:157`, the last part of the URI with its line. */
export function evidenceLabel(evidence: Evidence): string {
  if (evidence.kind === 'built-in') return `built-in ${evidence.uri.split('/').at(-1) ?? ''}`;
  const name = decodeURIComponent(evidence.uri.split(/[\\/]/).at(-1) ?? evidence.uri);
  return `${name}:${evidence.line}`;
}

/** Where a fact comes from, in words: its evidence, or the source that a default was read from. */
export function provenanceText(fact: Fact<unknown>): string {
  const evidence = evidenceOf(fact);
  const { from } = fact;
  if (from.kind === 'default') return from.source;
  if (evidence.length > 0) {
    const places = [...new Set(evidence.map(evidenceLabel))].join(', ');
    return from.kind === 'derived' ? `${from.rule} (${places})` : places;
  }
  return from.kind === 'derived' ? [from.rule, ...from.facts.map(provenanceText)].join('; ') : '';
}
