import type { IncomingMessage } from "node:http";

/** Names under which this computer's loopback interface is reached. */
const loopbackNames = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * A page of another site can make the browser send requests here. DNS rebinding is refused by the Host header:
 * only loopback names count (any port, since an SSH tunnel may end on another one). Pages of other origins,
 * also those on other loopback ports, are refused by the Origin header, which browsers always send with
 * WebSockets and with anything that changes state.
 */
export function isAllowedHost(request: IncomingMessage): boolean {
  const url = hostUrl(request);
  return url !== null && loopbackNames.has(url.hostname);
}

/** `required`: refuse also when there is no Origin header at all. */
export function isSameOrigin(request: IncomingMessage, options: { required: boolean }): boolean {
  const { origin } = request.headers;
  if (origin === undefined) return !options.required;
  const url = hostUrl(request);
  return url !== null && origin === url.origin;
}

function hostUrl(request: IncomingMessage): URL | null {
  const { host } = request.headers;
  if (host === undefined || !/^[a-z0-9.:[\]-]+$/i.test(host)) return null;
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : null;
}

/** The value of one cookie, or null. RFC 6265 section 4.2.1: pairs separated by `; `. */
export function cookie(request: IncomingMessage, name: string): string | null {
  for (const pair of (request.headers.cookie ?? "").split(";")) {
    const [key, value] = pair.split("=", 2);
    if (key?.trim() === name && value !== undefined) return value.trim();
  }
  return null;
}
