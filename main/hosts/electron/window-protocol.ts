import { protocol, type Session } from "electron";
import { readWindowFile } from "#hosts/node/window-files.ts";
import { securityHeaders } from "#hosts/node/window-policy.ts";
import { windowOrigin, windowScheme } from "./window-origin.ts";

/** Must run before the app is ready: `standard` gives the scheme an origin, `secure` a secure context. */
export function registerWindowScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: windowScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the files of the built window, and nothing else, under app://goldsmith/. */
export function serveWindowFiles(session: Session, windowFolder: string): void {
  session.protocol.handle(windowScheme, async (request) => {
    const url = new URL(request.url);
    const isOurs = `${url.protocol}//${url.host}` === windowOrigin && request.method === "GET";
    const file = isOurs ? await readWindowFile(windowFolder, url.pathname) : null;
    if (file === null)
      return new Response("There is nothing here.", { status: 404, headers: securityHeaders });
    const headers = { ...securityHeaders, "Content-Type": file.contentType };
    return new Response(new Uint8Array(file.content), { headers });
  });
}
