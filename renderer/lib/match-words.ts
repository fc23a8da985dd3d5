/**
 * How well a text answers a search: null for not at all, else a score (higher is better). Every typed word must
 * occur; a hit at the start of a word counts more than one inside it.
 */
export function matchWords(search: string, text: string): number | null {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const haystack = text.toLowerCase();
  let score = 0;
  for (const word of words) {
    const at = haystack.indexOf(word);
    if (at < 0) return null;
    const startsWord =
      at === 0 || /[^\p{L}\p{N}]/u.test(haystack[at - 1] ?? "") || haystack.includes(` ${word}`);
    score += (startsWord ? 10 : 2) + (at === 0 ? 5 : 0);
  }
  return score;
}
