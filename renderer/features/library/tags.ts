/** Tags from what a person types: words with commas between, without doubles; as many and as long as the contract takes. */
export const parseTags = (text: string): string[] =>
  [
    ...new Set(
      text
        .split(",")
        .map((tag) => tag.trim().slice(0, 40))
        .filter(Boolean),
    ),
  ].slice(0, 30);
