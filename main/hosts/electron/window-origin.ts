/**
 * The window's own scheme. Not file://, whose pages all share one opaque origin, may read other files and get no
 * response headers: under a scheme of our own the window has an origin to check, a policy by header, and sees the
 * files of its own folder only.
 */
export const windowScheme = "app";
export const windowOrigin = `${windowScheme}://goldsmith`;
export const windowUrl = `${windowOrigin}/`;

/** Whether an address is the window itself (any hash), the only document that may ever be shown in it. */
export function isWindowUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  // `origin` is "null" for schemes that a URL parser does not know, hence the parts.
  return `${url.protocol}//${url.host}` === windowOrigin && url.pathname === "/" && url.search === "";
}

/** Whether a request may leave the window: its own files, and what needs no network. */
export function isWindowResource(text: string): boolean {
  return ["app://goldsmith/", "data:", "blob:", "devtools:"].some((start) => text.startsWith(start));
}
