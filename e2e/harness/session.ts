import { app } from "./app.ts";
import { toApp, toBrowser } from "./addresses.ts";
import type { CdpValue } from "./cdp.ts";

type ProtocolHandler = (request: Request) => Response | Promise<Response>;
/** What main asks a WebContents when it decides on a permission. */
export interface Asking {
  getURL(): string;
}
type RequestHandler = (contents: Asking, permission: string, answer: (granted: boolean) => void) => void;
type CheckHandler = (contents: Asking | null, permission: string, origin: string) => boolean;
type BeforeRequest = (
  details: { url: string; resourceType: string },
  answer: (verdict: { cancel?: boolean }) => void,
) => void;

/** Electron's names of the permissions that a stock Chromium can be told about, with its own names. */
const permissionNames: Readonly<Record<string, string>> = {
  "clipboard-read": "clipboard-read",
  "clipboard-sanitized-write": "clipboard-write",
  notifications: "notifications",
  geolocation: "geolocation",
};

/** One request of a page, paused by CDP's Fetch domain. */
export interface PausedRequest {
  requestId: string;
  frameId: string;
  resourceType: string;
  request: { url: string; method: string; headers: Record<string, string> };
}

/** `session.defaultSession`: answers the requests of the pages through main's own protocol handler. */
class Session {
  readonly #handlers = new Map<string, ProtocolHandler>();
  #beforeRequest: BeforeRequest = (_details, answer) => answer({});
  #onRequest: RequestHandler | null = null;
  #onCheck: CheckHandler | null = null;

  readonly protocol = {
    handle: (scheme: string, handler: ProtocolHandler): void => {
      this.#handlers.set(scheme, handler);
    },
    unhandle: (scheme: string): void => {
      this.#handlers.delete(scheme);
    },
    isProtocolHandled: (scheme: string): boolean => this.#handlers.has(scheme),
  };

  readonly webRequest = {
    onBeforeRequest: (listener: BeforeRequest): void => {
      this.#beforeRequest = listener;
    },
  };

  setPermissionRequestHandler(handler: RequestHandler): void {
    this.#onRequest = handler;
  }

  setPermissionCheckHandler(handler: CheckHandler): void {
    this.#onCheck = handler;
  }

  /** Chromium cannot ask back, so every permission is decided by main's handlers when a document comes. */
  async applyPermissions(contents: Asking, origin: string): Promise<void> {
    for (const [name, cdpName] of Object.entries(permissionNames)) {
      const checked = this.#onCheck === null || this.#onCheck(contents, name, origin);
      const requested = await new Promise<boolean>((resolve) => {
        if (this.#onRequest === null) resolve(true);
        else this.#onRequest(contents, name, resolve);
      });
      const setting = checked && requested ? "granted" : "denied";
      await app.chromium.cdp.send("Browser.setPermission", {
        permission: { name: cdpName, allowWithoutSanitization: false },
        setting,
        origin: new URL(toBrowser(`${origin}/`)).origin,
      });
    }
  }

  async answer(
    paused: PausedRequest,
    send: (method: string, params: CdpValue) => Promise<CdpValue>,
  ): Promise<void> {
    const { requestId } = paused;
    const url = toApp(paused.request.url);
    const verdict = await new Promise<{ cancel?: boolean }>((resolve) => {
      this.#beforeRequest({ url, resourceType: paused.resourceType }, resolve);
    });
    const handler = this.#handlers.get(url.slice(0, url.indexOf(":")));
    if (verdict.cancel === true || handler === undefined) {
      await send("Fetch.failRequest", { requestId, errorReason: "BlockedByClient" });
      return;
    }
    const response = await handler(new Request(url, { method: paused.request.method }));
    const body = Buffer.from(await response.arrayBuffer()).toString("base64");
    const responseHeaders = [...response.headers].map(([name, value]) => ({ name, value }));
    await send("Fetch.fulfillRequest", { requestId, responseCode: response.status, responseHeaders, body });
  }
}

export type { Session };
export const session = { defaultSession: new Session() };
