import type { Fact } from '../core/platform/fact.ts';
import type { Contradiction } from '../evidence/merge-facts.ts';
import { provenanceText } from './provenance-text.ts';

const LONGEST_VALUE = 60;

/** Two pieces of evidence that disagree, and which of them holds. */
export function contradictionText({ field, earlier, later }: Contradiction): string {
  return `${field}: ${side(earlier)}, and ${side(later)}: the latter holds`;
}

function side(fact: Fact<unknown>): string {
  const { value } = fact;
  const text = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : JSON.stringify(value);
  return `${text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text} (${provenanceText(fact)})`;
}
