import { EventEmitter } from "node:events";
import { readFileSync } from "node:fs";
import { toApp, toBrowser } from "./addresses.ts";
import { app, preventable } from "./app.ts";
import type { CdpValue } from "./cdp.ts";
import { asked } from "./control.ts";
import { pathOfPausedFile, type Pause } from "./file-path.ts";
import { session, type PausedRequest } from "./session.ts";
import { pageScript, preloadScript } from "./worlds.ts";

/** Names that no page can guess, new for every window. */
const newNames = () => {
  const secret = crypto.randomUUID().replaceAll("-", "");
  return {
    wire: `wire-${secret}`,
    binding: `send_${secret}`,
    inbox: `inbox_${secret}`,
    world: `preload-${secret}`,
  };
};

interface Frame {
  id: string;
  url: string;
  urlFragment?: string;
  parentId?: string;
}

/** Electron's WebContents over one CDP page session. */
export class WebContents extends EventEmitter {
  readonly id: number;
  readonly session = session.defaultSession;
  /** Messages of the preload, by channel: (event, ...args). */
  readonly ipc = new EventEmitter();
  readonly mainFrame = { url: "", frameId: "" };
  readonly #names = newNames();
  readonly #prepared: Promise<void>;
  #sessionId = "";
  #targetId = "";
  /** Execution contexts of the preload's world by frame. */
  readonly #worlds = new Map<number, string>();
  #mainWorld = 0;
  #expected: string | null = null;
  #openHandler: (details: { url: string }) => { action: string } = () => ({ action: "allow" });
  #destroyed = false;

  static #lastId = 0;

  constructor(preloadPath: string) {
    super();
    this.id = ++WebContents.#lastId;
    this.#prepared = this.#prepare(readFileSync(preloadPath, "utf8"));
  }

  /** A new page, still empty; the preload is in place before any document comes. */
  async #prepare(preloadSource: string): Promise<void> {
    const { cdp } = app.chromium;
    const { wire, binding, inbox, world } = this.#names;
    const { targetId } = await cdp.send("Target.createTarget", { url: "about:blank" });
    const { sessionId } = await cdp.send("Target.attachToTarget", { targetId, flatten: true });
    this.#targetId = String(targetId);
    this.#sessionId = String(sessionId);
    this.#listen();
    await this.#send("Page.enable");
    const tree = await this.#send("Page.getFrameTree");
    this.mainFrame.frameId = (tree["frameTree"] as { frame: Frame }).frame.id;
    // The page's script first: it must be listening when the preload exposes something.
    await this.#send("Page.addScriptToEvaluateOnNewDocument", { source: pageScript(wire) });
    await this.#send("Runtime.addBinding", { name: binding, executionContextName: world });
    await this.#send("Page.addScriptToEvaluateOnNewDocument", {
      source: preloadScript({ wire, binding, inbox }, preloadSource),
      worldName: world,
    });
    await this.#send("Runtime.enable");
    await this.#send("Debugger.enable");
    await this.#send("Inspector.enable");
    await this.#send("Fetch.enable", { patterns: [{ urlPattern: "*", requestStage: "Request" }] });
    await cdp.send("Target.setDiscoverTargets", { discover: true });
  }

  #send = (method: string, params: CdpValue = {}): Promise<CdpValue> =>
    app.chromium.cdp.send(method, params, this.#sessionId);

  /** Sends what needs no answer; a page that has gone meanwhile is no error. */
  #post(method: string, params: CdpValue): void {
    this.#send(method, params).catch(() => {});
  }

  #listen(): void {
    const { cdp } = app.chromium;
    const on = <T>(method: string, listener: (params: T) => void): void =>
      cdp.on(this.#sessionId, method, (params) => listener(params as T));
    on<{ context: { id: number; name: string; auxData: { frameId: string; isDefault: boolean } } }>(
      "Runtime.executionContextCreated",
      ({ context: { id, name, auxData } }) => {
        if (name === this.#names.world) this.#worlds.set(id, auxData.frameId);
        if (auxData.isDefault && auxData.frameId === this.mainFrame.frameId) this.#mainWorld = id;
      },
    );
    on<{ executionContextId: number }>("Runtime.executionContextDestroyed", ({ executionContextId }) =>
      this.#worlds.delete(executionContextId),
    );
    on("Runtime.executionContextsCleared", () => this.#worlds.clear());
    on<{ executionContextId: number; payload: string }>("Runtime.bindingCalled", (call) =>
      this.#fromPreload(call),
    );
    on<{ frame: Frame }>("Page.frameNavigated", ({ frame }) => {
      if (frame.parentId !== undefined) return;
      this.mainFrame.frameId = frame.id;
      this.mainFrame.url = toApp(frame.url + (frame.urlFragment ?? ""));
      this.emit("did-navigate", {}, this.mainFrame.url);
    });
    on<{ frameId: string; url: string }>("Page.navigatedWithinDocument", ({ frameId, url }) => {
      if (frameId === this.mainFrame.frameId) this.mainFrame.url = toApp(url);
    });
    on("Page.loadEventFired", () => this.emit("did-finish-load"));
    on<PausedRequest>("Fetch.requestPaused", (paused) => void this.#answer(paused));
    on<Pause>("Debugger.paused", (pause) => void pathOfPausedFile(pause, this.#send));
    on("Inspector.targetCrashed", () => {
      this.emit("render-process-gone", {}, { reason: "crashed", exitCode: 139 });
    });
    cdp.on("", "Target.targetDestroyed", ({ targetId }) => {
      if (targetId === this.#targetId) this.#end();
    });
    asked.on("crash-renderer", () => this.#post("Page.crash", {}));
  }

  #fromPreload({ executionContextId, payload }: { executionContextId: number; payload: string }): void {
    const frameId = this.#worlds.get(executionContextId);
    const { channel, args } = JSON.parse(payload) as { channel: string; args: unknown[] };
    if (channel === "$open") {
      const { action } = this.#openHandler({ url: toApp(String(args[0])) });
      if (action !== "deny") console.error("The harness opens no second window");
      return;
    }
    const isTop = frameId === this.mainFrame.frameId;
    const senderFrame = isTop ? this.mainFrame : { url: "", frameId };
    this.ipc.emit(channel, { sender: this, senderFrame }, ...args.map(unpack));
  }

  async #answer(paused: PausedRequest): Promise<void> {
    const url = toApp(paused.request.url);
    if (paused.resourceType === "Document") {
      const isMainFrame = paused.frameId === this.mainFrame.frameId;
      const isOwn = this.#expected !== null && sameDocument(url, this.#expected);
      const event = preventable({ url, isMainFrame });
      if (!isOwn) this.emit("will-frame-navigate", event);
      if (isMainFrame && !isOwn) this.emit("will-navigate", event, url);
      if (event.defaultPrevented) {
        this.#post("Fetch.failRequest", { requestId: paused.requestId, errorReason: "Aborted" });
        return;
      }
      this.#expected = null;
    }
    await this.session.answer(paused, this.#send).catch(() => {});
  }

  async loadURL(url: string): Promise<void> {
    await this.#prepared;
    this.#expected = url;
    this.mainFrame.url = url;
    const loaded = new Promise<void>((resolve) => this.once("did-finish-load", resolve));
    await this.session.applyPermissions(this, url.slice(0, url.indexOf("/", url.indexOf("//") + 2)));
    const { errorText } = await this.#send("Page.navigate", { url: toBrowser(url) });
    if (typeof errorText === "string") throw new Error(`${errorText} loading '${url}'`);
    await loaded;
  }

  getURL(): string {
    return this.mainFrame.url;
  }

  reload(): void {
    this.#expected = this.mainFrame.url;
    this.#post("Page.reload", {});
  }

  send(channel: string, ...args: unknown[]): void {
    const text = JSON.stringify({ channel, args: args.map(pack) });
    for (const [contextId, frameId] of this.#worlds) {
      if (frameId !== this.mainFrame.frameId) continue;
      const functionDeclaration = `function (text) { globalThis["${this.#names.inbox}"](text); }`;
      const call = {
        functionDeclaration,
        executionContextId: contextId,
        arguments: [{ value: text }],
        silent: true,
      };
      this.#post("Runtime.callFunctionOn", call);
    }
  }

  async executeJavaScript(expression: string): Promise<unknown> {
    const params = { expression, contextId: this.#mainWorld, returnByValue: true, awaitPromise: true };
    const { result } = await this.#send("Runtime.evaluate", params);
    return (result as { value?: unknown }).value;
  }

  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.#openHandler = handler;
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  /** Ends the page; `destroyed` follows. */
  async endPage(): Promise<void> {
    await this.#prepared;
    await app.chromium.cdp.send("Target.closeTarget", { targetId: this.#targetId });
  }

  #end(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    this.emit("destroyed");
  }
}

const sameDocument = (a: string, b: string): boolean => a.split("#")[0] === b.split("#")[0];

const pack = (value: unknown): unknown =>
  value instanceof Uint8Array ? { $bytes: Buffer.from(value).toString("base64") } : value;

function unpack(value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("$bytes" in value)) return value;
  return new Uint8Array(Buffer.from(value.$bytes as string, "base64"));
}
