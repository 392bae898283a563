import { doubtOf, type Fact } from '../core/platform/fact.ts';
import type { Contradiction } from '../evidence/merge-facts.ts';
import type { ExplainLine } from '../protocol/panel-state.ts';
import type { SheetRow } from '../protocol/platform-sheet.ts';
import { contradictionText } from '../render/contradiction-text.ts';
import { provenanceText } from '../render/provenance-text.ts';
import { evidenceRef } from './panel-state-of.ts';

/** Makes the rows of a sheet, and knows which of the contradictions they have shown. */
export class SheetRows {
  readonly #contradictions: readonly Contradiction[];
  readonly #shown = new Set<Contradiction>();

  constructor(contradictions: readonly Contradiction[]) {
    this.#contradictions = contradictions;
  }

  /** Those that belong to no row that was made. */
  get unshown(): readonly Contradiction[] {
    return this.#contradictions.filter((each) => !this.#shown.has(each));
  }

  /**
   * One fact; nothing where there is none.
   * @param id the field of the platform's facts, the feature or the configuration's symbol: contradictions are found by it
   */
  row<T>(id: string, name: string, fact: Fact<T> | undefined, value: (of: T) => string, notes: readonly ExplainLine[] = []): SheetRow[] {
    if (!fact) return [];
    const contradictions = this.#contradictions.filter(({ field }) => field === id);
    for (const each of contradictions) this.#shown.add(each);
    const from = evidenceRef(fact);
    const doubt = doubtOf(fact);
    return [{
      id, name, value: value(fact.value), source: provenanceText(fact),
      ...(from ? { from } : {}), ...(doubt === undefined ? {} : { doubt }),
      ...(contradictions.length > 0 ? { contradiction: contradictions.map(contradictionText).join('; ') } : {}),
      ...(notes.length > 0 ? { notes: [...notes] } : {}),
    }];
  }
}
