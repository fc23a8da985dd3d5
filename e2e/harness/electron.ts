import { EventEmitter } from "node:events";
import { app } from "./app.ts";
import { BrowserWindow } from "./browser-window.ts";
import { asked, tell } from "./control.ts";
import { session } from "./session.ts";

/**
 * What `import ... from "electron"` resolves to under the harness: the parts of Electron that main uses, and
 * nothing that it does not. A missing part is a TypeError here, never a silent success.
 */
export { app, BrowserWindow, session };

export const protocol = {
  registerSchemesAsPrivileged(schemes: { scheme: string; privileges: Record<string, boolean> }[]): void {
    if (app.isReady())
      throw new Error("protocol.registerSchemesAsPrivileged must be called before the app is ready");
    for (const { scheme, privileges } of schemes) {
      const isWeb = privileges["standard"] === true && privileges["secure"] === true;
      if (!isWeb) throw new Error(`The harness shows ${scheme}: as https, so it must be standard and secure`);
    }
  },
};

let nextButton: number | null = null;
asked.on("answer-box", ({ button }) => (nextButton = button));

export const dialog = {
  showMessageBox(...args: unknown[]): Promise<{ response: number; checkboxChecked: boolean }> {
    const options = args.at(-1) as { message: string; buttons?: string[]; defaultId?: number };
    tell({ type: "message-box", message: options.message, buttons: options.buttons ?? [] });
    const response = nextButton ?? options.defaultId ?? 0;
    nextButton = null;
    return Promise.resolve({ response, checkboxChecked: false });
  },
  showErrorBox(title: string, content: string): void {
    console.error(`${title}\n${content}`);
    tell({ type: "error-box", title, content });
  },
};

/** Shown to the test; nobody clicks on it. */
export class Notification extends EventEmitter {
  readonly #words: { title: string; body: string };

  static isSupported(): boolean {
    return true;
  }

  constructor(words: { title: string; body: string }) {
    super();
    this.#words = words;
  }

  show(): void {
    tell({ type: "notification", ...this.#words });
  }
}

export const shell = {
  openExternal(url: string): Promise<void> {
    tell({ type: "open-external", url });
    return Promise.resolve();
  },
  openPath(path: string): Promise<string> {
    tell({ type: "open-external", url: path });
    return Promise.resolve("");
  },
};

export const screen = {
  getAllDisplays: () => [{ workArea: { x: 0, y: 0, width: 1920, height: 1080 } }],
};

interface MenuItem {
  role?: string;
  label?: string;
  click?: () => void;
  submenu?: MenuItem[];
}

let menu: MenuItem[] = [];
asked.on("menu", ({ label }) => {
  const item = menu.flatMap(({ submenu }) => submenu ?? []).find((one) => one.label === label);
  if (item?.click === undefined) throw new Error(`There is no menu entry ${label}`);
  item.click();
});
asked.on("quit", () => app.quit());
asked.on("close-window", () => BrowserWindow.getAllWindows()[0]?.close());

export const Menu = {
  buildFromTemplate: (template: MenuItem[]): MenuItem[] => template,
  setApplicationMenu(built: MenuItem[]): void {
    menu = built;
  },
};
