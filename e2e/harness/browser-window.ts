import { EventEmitter } from "node:events";
import { app, preventable, type OpenWindow } from "./app.ts";
import { WebContents } from "./web-contents.ts";

interface WindowOptions {
  width?: number;
  height?: number;
  x?: number;
  y?: number;
  webPreferences?: {
    preload?: string;
    contextIsolation?: boolean;
    sandbox?: boolean;
    nodeIntegration?: boolean;
  };
}

/** Electron's BrowserWindow over one page of a headless Chromium: it has bounds, but nothing to drag. */
export class BrowserWindow extends EventEmitter implements OpenWindow {
  readonly webContents: WebContents;
  #bounds: { x: number; y: number; width: number; height: number };
  #maximized = false;
  #closing = false;

  static getAllWindows(): BrowserWindow[] {
    return [...app.windows].filter((window) => window instanceof BrowserWindow);
  }

  constructor(options: WindowOptions) {
    super();
    const { preload, contextIsolation, sandbox, nodeIntegration } = options.webPreferences ?? {};
    if (preload === undefined || contextIsolation === false || sandbox !== true || nodeIntegration === true) {
      throw new Error("The harness imitates isolated, sandboxed windows with a preload, nothing weaker");
    }
    this.#bounds = {
      x: options.x ?? 0,
      y: options.y ?? 0,
      width: options.width ?? 800,
      height: options.height ?? 600,
    };
    this.webContents = new WebContents(preload);
    this.webContents.once("did-finish-load", () => this.emit("ready-to-show"));
    this.webContents.once("destroyed", () => {
      this.emit("closed");
      app.windowClosed(this);
    });
    app.windows.add(this);
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url);
  }

  close(): void {
    if (this.#closing) return;
    const event = preventable({});
    this.emit("close", event);
    if (!event.defaultPrevented) this.destroy();
  }

  destroy(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.webContents.endPage().catch(() => {});
  }

  isDestroyed(): boolean {
    return this.webContents.isDestroyed();
  }

  getNormalBounds(): { x: number; y: number; width: number; height: number } {
    return { ...this.#bounds };
  }

  setBounds(bounds: Partial<{ x: number; y: number; width: number; height: number }>): void {
    this.#bounds = { ...this.#bounds, ...bounds };
    this.emit("resize");
  }

  maximize(): void {
    this.#maximized = true;
    this.emit("resize");
  }

  isMaximized(): boolean {
    return this.#maximized;
  }

  isVisible(): boolean {
    return !this.isDestroyed();
  }

  isFocused(): boolean {
    return !this.isDestroyed();
  }

  isMinimized(): boolean {
    return false;
  }

  show(): void {
    this.emit("show");
  }

  focus(): void {
    this.emit("focus");
  }

  restore(): void {
    this.emit("restore");
  }
}
