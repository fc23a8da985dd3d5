/**
 * A stock Chromium knows no schemes of ours. `app://goldsmith/x` is shown to it as
 * `https://goldsmith.app.invalid/x`: a secure context with an origin of its own, answered before any network is
 * asked (the top-level domain `invalid` is reserved by RFC 2606).
 */
const suffix = ".invalid";

export function toBrowser(url: string): string {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(url);
  const [, scheme = "", host = "", rest = ""] = match ?? [];
  const isOwn = match !== null && !["http", "https", "file", "ws", "wss", "devtools"].includes(scheme);
  return isOwn ? `https://${host}.${scheme}${suffix}${rest}` : url;
}

export function toApp(url: string): string {
  const match = /^https:\/\/([^/?#]+)\.([a-z0-9+-]+)\.invalid(?=[/?#]|$)(.*)$/i.exec(url);
  if (match === null) return url;
  const [, host = "", scheme = "", rest = ""] = match;
  return `${scheme}://${host}${rest}`;
}
