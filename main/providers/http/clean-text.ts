const longestText = 600;

/** Control characters except tab and line feed, and the marks that reverse the direction of text. */
// oxlint-disable-next-line no-control-regex
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text from the other side: hostile until bounded, freed of control characters and of echoed secrets. */
export function cleanText(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) if (secret !== "") clean = clean.replaceAll(secret, "***");
  clean = clean.replace(unprintable, " ").trim();
  return clean.length > longestText ? `${clean.slice(0, longestText)} …` : clean;
}
