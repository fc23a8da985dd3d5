import { spawnSync } from "node:child_process";
import { createServer, type Server } from "node:net";
import { EventEmitter } from "node:events";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { launchChromium, type Chromium } from "./chromium.ts";
import { tell } from "./control.ts";

/** What `app.quit()` needs of a window. */
export interface OpenWindow {
  close(): void;
  isDestroyed(): boolean;
}

interface Preventable {
  defaultPrevented: boolean;
  preventDefault(): void;
}

export function preventable<T extends object>(fields: T): T & Preventable {
  const event = {
    ...fields,
    defaultPrevented: false,
    preventDefault: (): void => {
      event.defaultPrevented = true;
    },
  };
  return event;
}

const windowSize = { width: 1280, height: 820 };

/** Electron's `app`, as far as main uses it: paths, the life of the application, the single-instance lock. */
class App extends EventEmitter {
  readonly isPackaged = false;
  readonly windows = new Set<OpenWindow>();
  readonly #paths = new Map<string, string>([
    ["home", homedir()],
    ["temp", tmpdir()],
    ["userData", join(homedir(), ".config", "goldsmith")],
  ]);
  readonly #ready = Promise.withResolvers<void>();
  #lock: Server | null = null;
  #chromium: Chromium | null = null;
  #quitting = false;
  #isReady = false;

  whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  isReady(): boolean {
    return this.#isReady;
  }

  getPath(name: string): string {
    const path = this.#paths.get(name);
    if (path === undefined) throw new Error(`Failed to get '${name}' path`);
    return path;
  }

  setPath(name: string, path: string): void {
    this.#paths.set(name, path);
  }

  /** A socket in the profile folder, as Chromium itself does it on Linux; the loser knocks and leaves. */
  requestSingleInstanceLock(): boolean {
    const folder = this.getPath("userData");
    mkdirSync(folder, { recursive: true });
    const path = join(folder, "harness.lock");
    if (existsSync(path) && isAnswered(path)) return false;
    rmSync(path, { force: true });
    this.#lock = createServer((knock) => {
      knock.destroy();
      this.emit("second-instance", {}, [], "");
    }).listen(path);
    return true;
  }

  /** Called by the launcher when main has been evaluated: Electron is ready no earlier either. */
  async start(): Promise<void> {
    const folder = join(this.getPath("userData"), "chromium");
    mkdirSync(folder, { recursive: true });
    this.#chromium = await launchChromium(folder, windowSize);
    tell({ type: "chromium", endpoint: this.#chromium.endpoint, pid: this.#chromium.pid });
    this.#isReady = true;
    this.emit("ready");
    this.#ready.resolve();
  }

  get chromium(): Chromium {
    if (this.#chromium === null) throw new Error("This cannot be used before the app is ready");
    return this.#chromium;
  }

  windowClosed(window: OpenWindow): void {
    this.windows.delete(window);
    if (this.windows.size > 0) return;
    if (this.#quitting) this.#finishQuit();
    else if (!this.emit("window-all-closed")) this.quit();
  }

  quit(): void {
    const before = preventable({});
    this.emit("before-quit", before);
    if (before.defaultPrevented) return;
    this.#quitting = true;
    for (const window of this.windows) window.close();
    if (this.windows.size === 0) this.#finishQuit();
  }

  #finishQuit(): void {
    const event = preventable({});
    this.emit("will-quit", event);
    if (!event.defaultPrevented) this.exit(0);
  }

  exit(code = 0): void {
    this.emit("quit", {}, code);
    this.#lock?.close();
    void (this.#chromium?.close() ?? Promise.resolve()).finally(() => process.exit(code));
  }
}

/** Synchronous on purpose: main asks for the lock before anything else. A dead process answers nothing. */
function isAnswered(path: string): boolean {
  const probe = spawnSync(process.execPath, ["-e", knockSource, path], { timeout: 5000 });
  return probe.status === 0;
}

const knockSource = `require("node:net").connect(process.argv[1])
  .on("connect", () => process.exit(0)).on("error", () => process.exit(1));`;

export const app = new App();
