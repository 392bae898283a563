/** Where a word stands in a text as a whole: `\bword\b` without a pattern that has to be compiled for each word. */
export function wordOffsets(text: string, word: string): number[] {
  const offsets: number[] = [];
  if (word === '') return offsets;
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
    if (!isWordPart(text.charCodeAt(at - 1)) && !isWordPart(text.charCodeAt(at + word.length))) offsets.push(at);
  }
  return offsets;
}

/** Beyond either end of a text the code is NaN, which is none. */
function isWordPart(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || (code >= 48 && code <= 57);
}
