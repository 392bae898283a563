/** An open question of a world, and the way that the world took. */
export interface Question {
  readonly text: string;
  /** How many ways there were. */
  readonly options: number;
  readonly choice: number;
}

/** The choices that a result rests on: its own, and those of the results that it was made of. */
export interface Choices {
  readonly parts: readonly (Question | Choices)[];
}

/** Parts looked at in one result: a bound on work. */
const MAX_PARTS = 4000;

/**
 * The questions that a result rests on, each once, in the order in which they were put first.
 * @returns undefined where there are more than `most`
 */
export function questionsOf(choices: Choices, most: number): readonly Question[] | undefined {
  const questions = new Set<Question>();
  const seen = new Set<Question | Choices>();
  const pending: (Question | Choices)[] = [choices];
  for (let part = pending.pop(); part; part = pending.pop()) {
    if (seen.has(part)) continue;
    seen.add(part);
    if ('text' in part) questions.add(part);
    else for (let at = part.parts.length - 1; at >= 0; at--) pending.push(part.parts[at] as Question | Choices);
    if (questions.size > most || pending.length > MAX_PARTS) return undefined;
  }
  return [...questions];
}
