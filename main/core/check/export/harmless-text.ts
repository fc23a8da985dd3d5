const refusedByXml =
  // oxlint-disable-next-line no-control-regex -- control characters are what is removed
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/g;

/**
 * Text that every format can carry: what XML 1.0 (section 2.2) forbids or discourages and the marks that turn
 * the direction of text become U+FFFD; line feeds and tabs stay.
 */
export const harmless = (text: string): string => text.toWellFormed().replace(refusedByXml, "\ufffd");

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** For text and quoted attributes of XML and HTML. */
export const escapeMarkup = (text: string): string =>
  harmless(text).replace(/[&<>"']/g, (character) => entities[character] ?? character);

/** A link that may be followed from a report: https and nothing else. null for all other. */
export function safeLink(url: string | null): string | null {
  if (url === null || !URL.canParse(url)) return null;
  const parsed = new URL(url);
  return parsed.protocol === "https:" && parsed.username === "" ? parsed.href : null;
}

/** Last part of a path of any system. */
export const baseName = (path: string): string => path.split(/[/\\]/).findLast((part) => part !== "") ?? path;
