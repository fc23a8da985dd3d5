import { BrowserWindow, dialog, screen, shell, type Session } from "electron";
import type { Log } from "#ports/ports.ts";
import type { Channel } from "#rpc/channel.ts";
import { isDocumentLink } from "./outside-link.ts";
import { firstWindow, readWindowBounds, smallestWindow, writeWindowBounds } from "./window-bounds.ts";
import { acceptChannels } from "./window-channel.ts";
import { isWindowResource, isWindowUrl, windowUrl } from "./window-origin.ts";

export interface WindowOptions {
  preloadPath: string;
  /** Where size and place are kept between starts. */
  boundsPath: string;
  log: Log;
  onChannel: (channel: Channel) => void;
  /** Before the window shows anything. */
  onOpen: (window: BrowserWindow) => void;
}

const saveDelayMs = 500;

/** Opens the window: sandboxed, without Node, locked to its own document. */
export async function openWindow(options: WindowOptions): Promise<BrowserWindow> {
  const areas = screen.getAllDisplays().map((display) => display.workArea);
  const { bounds, maximized } = readWindowBounds(options.boundsPath, areas);
  const window = new BrowserWindow({
    ...(bounds ?? firstWindow),
    minWidth: smallestWindow.width,
    minHeight: smallestWindow.height,
    show: false,
    title: "Goldsmith",
    autoHideMenuBar: false,
    webPreferences: {
      preload: options.preloadPath,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      spellcheck: false,
      navigateOnDragDrop: false,
    },
  });
  if (maximized) window.maximize();
  window.once("ready-to-show", () => window.show());
  keepBounds(window, options);
  keepInside(window, options.log);
  offerReload(window, options.log);
  options.onOpen(window);
  acceptChannels(window.webContents, options.onChannel);
  await window.loadURL(windowUrl);
  return window;
}

/** No other document, no other window, no other origin. Links to documents open in the user's browser. */
function keepInside(window: BrowserWindow, log: Log): void {
  const { webContents } = window;
  const refuse = (event: { preventDefault: () => void }, url: string): void => {
    if (isWindowUrl(url)) return;
    event.preventDefault();
    openOutside(url, log);
  };
  webContents.on("will-navigate", (event) => refuse(event, event.url));
  webContents.on("will-redirect", (event) => refuse(event, event.url));
  webContents.on("will-frame-navigate", (event) => {
    if (!event.isMainFrame) event.preventDefault();
  });
  webContents.on("will-attach-webview", (event) => event.preventDefault());
  webContents.setWindowOpenHandler(({ url }) => {
    openOutside(url, log);
    return { action: "deny" };
  });
}

function openOutside(url: string, log: Log): void {
  if (!isDocumentLink(url)) return log.warn("a link was refused", { url: url.slice(0, 200) });
  shell.openExternal(url).catch(() => log.warn("no browser could be opened", { url }));
}

/**
 * Permissions that the window gets: the clipboard, for copy and paste in the terminal. Everything else a page
 * could ask for (camera, position, notifications, devices...) is refused. No request leaves the computer.
 */
export function restrictSession(session: Session): void {
  const granted = new Set(["clipboard-read", "clipboard-sanitized-write"]);
  session.setPermissionRequestHandler((contents, permission, answer) => {
    answer(granted.has(permission) && isWindowUrl(contents.getURL()));
  });
  session.setPermissionCheckHandler((contents, permission) => {
    return granted.has(permission) && contents !== null && isWindowUrl(contents.getURL());
  });
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !isWindowResource(details.url) }));
}

function keepBounds(window: BrowserWindow, { boundsPath, log }: WindowOptions): void {
  let timer: NodeJS.Timeout | undefined;
  const save = (): void => {
    clearTimeout(timer);
    if (window.isDestroyed()) return;
    try {
      writeWindowBounds(boundsPath, { bounds: window.getNormalBounds(), maximized: window.isMaximized() });
    } catch {
      log.warn("the window's place was not kept");
    }
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(save, saveDelayMs);
  };
  window.on("resize", soon);
  window.on("move", soon);
  window.on("close", save);
  window.on("closed", () => clearTimeout(timer));
}

/** Only the picture is lost when the renderer dies: state, jobs and machines are in this process and beyond. */
function offerReload(window: BrowserWindow, log: Log): void {
  window.webContents.on("render-process-gone", (_event, details) => {
    if (details.reason === "clean-exit" || window.isDestroyed()) return;
    log.warn("the window's process ended", { reason: details.reason, exitCode: details.exitCode });
    void askToReload(window);
  });
}

async function askToReload(window: BrowserWindow): Promise<void> {
  const { response } = await dialog.showMessageBox(window, {
    type: "error",
    title: "Goldsmith",
    message: "The window stopped working",
    detail: "Machines and jobs go on. Reload the window to see them again.",
    buttons: ["Reload", "Close the window"],
    defaultId: 0,
    cancelId: 1,
  });
  if (window.isDestroyed()) return;
  if (response === 0) window.webContents.reload();
  else window.destroy();
}
