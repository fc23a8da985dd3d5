/**
 * Code that runs in the page, once in the page's own world and once in the preload's isolated world. Each
 * function here is sent as text (`String(fn)`), so it must not use anything outside itself.
 */

/** One end of the crossing between the two worlds. */
export interface Crossing {
  encode(value: unknown): unknown;
  decode(value: unknown): unknown;
}

/**
 * What crosses: plain data, bytes, files (cloned by the browser, since the detail of an event is cloned between
 * worlds) and functions (as proxies that call back). Synchronous in both directions, as Electron's is.
 */
export function createCrossing(wire: string, here: string, there: string): Crossing {
  type Encoded =
    | { kind: "data"; value: unknown }
    | { kind: "function"; id: number }
    | { kind: "list"; items: Encoded[] }
    | { kind: "object"; entries: [string, Encoded][] };
  const functions: ((...args: unknown[]) => unknown)[] = [];
  const replies: { value?: Encoded; error?: string }[] = [];

  const encode = (value: unknown): Encoded => {
    if (typeof value === "symbol") throw new TypeError("A symbol cannot cross the context bridge");
    if (typeof value === "function") {
      const known = functions.indexOf(value as (...args: unknown[]) => unknown);
      if (known >= 0) return { kind: "function", id: known };
      return { kind: "function", id: functions.push(value as (...args: unknown[]) => unknown) - 1 };
    }
    if (Array.isArray(value)) return { kind: "list", items: value.map(encode) };
    if (typeof value === "object" && value !== null) {
      if (value instanceof Promise) throw new TypeError("This stand-in passes no promises");
      const prototype: unknown = Object.getPrototypeOf(value);
      if (prototype === Object.prototype || prototype === null) {
        return { kind: "object", entries: Object.entries(value).map(([key, one]) => [key, encode(one)]) };
      }
    }
    return { kind: "data", value };
  };

  const decode = (encoded: Encoded): unknown => {
    switch (encoded.kind) {
      case "data":
        return encoded.value;
      case "list":
        return encoded.items.map(decode);
      case "object":
        return Object.fromEntries(encoded.entries.map(([key, one]) => [key, decode(one)]));
      case "function":
        return (...args: unknown[]): unknown => {
          const detail = { id: encoded.id, args: args.map(encode) };
          window.dispatchEvent(new CustomEvent(`${wire}:call:${there}`, { detail }));
          const reply = replies.pop();
          if (reply?.value !== undefined) return decode(reply.value);
          throw new Error(reply?.error ?? "The other world did not answer");
        };
    }
  };

  window.addEventListener(`${wire}:call:${here}`, (event) => {
    const { id, args } = (event as CustomEvent<{ id: number; args: Encoded[] }>).detail;
    let detail: { value?: Encoded; error?: string };
    try {
      detail = { value: encode(functions[id]?.(...args.map(decode))) };
    } catch (error) {
      detail = { error: String(error) };
    }
    window.dispatchEvent(new CustomEvent(`${wire}:reply:${there}`, { detail }));
  });
  window.addEventListener(`${wire}:reply:${here}`, (event) => {
    replies.push((event as CustomEvent<{ value?: Encoded; error?: string }>).detail);
  });
  return { encode, decode: (value) => decode(value as Encoded) };
}

/** In the page's world: puts on `window` what the preload exposes, frozen. */
export function receiveExposed(wire: string, crossing: Crossing): void {
  window.addEventListener(`${wire}:expose`, (event) => {
    const { key, api } = (event as CustomEvent<{ key: string; api: unknown }>).detail;
    const value = crossing.decode(api);
    const frozen: unknown = typeof value === "object" && value !== null ? Object.freeze(value) : value;
    Object.defineProperty(window, key, { value: frozen, enumerable: true });
  });
}

/**
 * In the page's world: new windows are asked for and not opened. A stock Chromium would open them first, and
 * closing them while another client attaches to them halts the page. Electron's answer to a refusal is null too.
 */
export function askForWindows(wire: string): void {
  const ask = (url: string): null => {
    const detail = new URL(url, document.baseURI).href;
    window.dispatchEvent(new CustomEvent(`${wire}:open`, { detail }));
    return null;
  };
  window.open = (url) => ask(String(url ?? "about:blank"));
  document.addEventListener("click", (event) => {
    const link = event.composedPath().find((one) => one instanceof HTMLAnchorElement);
    if (link?.target !== "_blank" || event.defaultPrevented) return;
    event.preventDefault();
    ask(link.href);
  });
}

export interface PreloadNames {
  wire: string;
  /** Name of the CDP binding that carries messages to the main process. */
  binding: string;
  /** Name of the global, in the isolated world only, that takes messages of the main process. */
  inbox: string;
}

/** In the isolated world: what `require("electron")` gives a sandboxed preload, then the preload itself. */
export function runPreload(
  names: PreloadNames,
  crossing: Crossing,
  preload: (require: unknown, module: { exports: unknown }, exports: unknown) => void,
): void {
  type IpcListener = (event: unknown, ...args: unknown[]) => void;
  const listeners = new Map<string, Set<IpcListener>>();
  const globals = globalThis as unknown as Record<string, unknown>;
  const post = globals[names.binding] as (text: string) => void;

  const pack = (value: unknown): unknown => {
    if (value instanceof Uint8Array) {
      return { $bytes: (value as Uint8Array & { toBase64(): string }).toBase64() };
    }
    return value;
  };
  const unpack = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null || !("$bytes" in value)) return value;
    const decoder = Uint8Array as typeof Uint8Array & { fromBase64(text: string): Uint8Array };
    return decoder.fromBase64(value.$bytes as string);
  };
  window.addEventListener(`${names.wire}:open`, (event) => {
    post(JSON.stringify({ channel: "$open", args: [(event as CustomEvent<string>).detail] }));
  });
  globals[names.inbox] = (text: string): void => {
    const { channel, args } = JSON.parse(text) as { channel: string; args: unknown[] };
    for (const listener of listeners.get(channel) ?? []) listener({}, ...args.map(unpack));
  };

  /**
   * A question to the harness that must be answered before this returns: `debugger` halts the page, the harness
   * reads `file` in this frame, sets `answer` and lets the page go on.
   */
  function askForPath(file: File): string {
    let answer = "";
    // oxlint-disable-next-line no-debugger -- this is how the question is asked
    debugger;
    void file;
    return answer;
  }

  const electron = {
    contextBridge: {
      exposeInMainWorld: (key: string, api: unknown): void => {
        const detail = { key, api: crossing.encode(api) };
        window.dispatchEvent(new CustomEvent(`${names.wire}:expose`, { detail }));
      },
    },
    ipcRenderer: {
      send: (channel: string, ...args: unknown[]): void =>
        post(JSON.stringify({ channel, args: args.map(pack) })),
      on: (channel: string, listener: IpcListener): void => {
        const all = listeners.get(channel) ?? new Set<IpcListener>();
        listeners.set(channel, all.add(listener));
      },
      off: (channel: string, listener: IpcListener): void => void listeners.get(channel)?.delete(listener),
    },
    webUtils: {
      getPathForFile: (file: unknown): string => {
        if (!(file instanceof File)) throw new TypeError("getPathForFile takes a File");
        return askForPath(file);
      },
    },
  };
  const require = (name: string): unknown => {
    if (name === "electron") return electron;
    throw new Error(`module not found: ${name} (a sandboxed preload may require electron only)`);
  };
  const module = { exports: {} };
  preload(require, module, module.exports);
}

/** The script of the page's world. */
export const pageScript = (wire: string): string =>
  `(() => { const createCrossing = ${String(createCrossing)};
    (${String(receiveExposed)})(${JSON.stringify(wire)}, createCrossing(${JSON.stringify(wire)}, "page", "preload"));
    (${String(askForWindows)})(${JSON.stringify(wire)}); })();`;

/** The script of the preload's world. */
export const preloadScript = (names: PreloadNames, preloadSource: string): string =>
  `(() => { const createCrossing = ${String(createCrossing)};
    (${String(runPreload)})(${JSON.stringify(names)}, createCrossing(${JSON.stringify(names.wire)}, "preload", "page"),
      (require, module, exports) => { ${preloadSource}
      }); })();`;
