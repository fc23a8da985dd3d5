import { join } from "node:path";
import { app, BrowserWindow, dialog, session, shell } from "electron";
import type { JobView } from "#contract/job.ts";
import { createCore, type Core } from "#core/create-core.ts";
import { AppError } from "#core/lib/app-error.ts";
import { findWindowFolder } from "#hosts/node/window-files.ts";
import type { Ports } from "#ports/ports.ts";
import { serveChannel } from "#rpc/serve-channel.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { useNetwork } from "#system/use-network.ts";
import { createBackground } from "./background.ts";
import { installMenu } from "./app-menu.ts";
import { openWindow, restrictSession } from "./open-window.ts";
import { registerWindowScheme, serveWindowFiles } from "./window-protocol.ts";

/** Quitting waits this long for the core to write what it has; guests go on, jobs are resumed next time. */
const closeLimitMs = 4000;

/** Chromium's own files (cache, window place) move along with a library in a folder of its own. */
const ownHome = process.env["GOLDSMITH_HOME"] ?? "";
if (ownHome !== "") app.setPath("userData", join(ownHome, "electron"));
registerWindowScheme();

if (app.requestSingleInstanceLock()) {
  run().catch((error: unknown) => {
    const { message, hint } = AppError.from(error);
    dialog.showErrorBox("Goldsmith could not start", `${message}\n\n${hint}`);
    app.exit(1);
  });
} else {
  app.exit(0); // the copy that runs already shows its window instead
}

/** The composition of the desktop app: ports, core, window. */
async function run(): Promise<void> {
  const network = useNetwork(); // while Electron gets ready
  await app.whenReady();
  const ports = await createNodePorts();
  for (const problem of await network) ports.log.warn(problem);
  const core = await createCore(ports, { host: "electron" });
  closeBeforeQuit(core);
  const windowFolder = findWindowFolder();
  restrictSession(session.defaultSession);
  serveWindowFiles(session.defaultSession, windowFolder);
  installMenu({
    showDoctor: () => showDoctor(core, ports),
    openDataFolder: () => void shell.openPath(ports.directories.data),
  });
  const show = async (job: JobView | null = null): Promise<void> => {
    const window = BrowserWindow.getAllWindows()[0] ?? (await open());
    if (window.isMinimized()) window.restore();
    window.focus();
    if (job === null) return;
    const address = JSON.stringify(`#/job/${encodeURIComponent(job.id)}`);
    await window.webContents.executeJavaScript(`location.hash = ${address}`);
  };
  const showOrTell = (job: JobView | null = null): void =>
    void show(job).catch((error: unknown) => reportFailure(error, ports));
  const background = createBackground(core, showOrTell);
  const open = (): Promise<BrowserWindow> =>
    openWindow({
      onOpen: (window) => background.guard(window),
      preloadPath: join(windowFolder, "..", "preload", "preload.cjs"),
      boundsPath: join(app.getPath("userData"), "window.json"),
      log: ports.log,
      onChannel: (channel) =>
        serveChannel(core.handlers, channel, {
          validateOutputs: process.env["GOLDSMITH_VALIDATE_OUTPUTS"] === "1",
        }),
    });
  app.on("second-instance", () => showOrTell());
  app.on("activate", () => showOrTell());
  app.on("window-all-closed", () => {
    if (process.platform !== "darwin" && !background.staysWithoutWindow()) app.quit();
  });
  await open();
}

/** Holds the quitting back once, while the core lets go of what it has open. */
function closeBeforeQuit(core: Core): void {
  let closed = false;
  const closeCore = async (): Promise<void> => {
    const limit = new Promise<void>((resolve) => setTimeout(resolve, closeLimitMs));
    await Promise.race([core.close(), limit]).catch(() => {});
    closed = true;
    app.quit();
  };
  app.on("will-quit", (event) => {
    if (closed) return;
    event.preventDefault();
    void closeCore();
  });
  for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => app.quit());
}

/** The report travels to the window like all state; the menu only asks for it and shows its screen. */
function showDoctor(core: Core, ports: Ports): void {
  const [window] = BrowserWindow.getAllWindows();
  const shown = window?.webContents.executeJavaScript('location.hash = "#/doctor"');
  const asked = core.handlers["doctor.run"]({ fresh: true }, new AbortController().signal);
  Promise.all([shown, asked]).catch((error: unknown) => reportFailure(error, ports));
}

const reportFailure = (error: unknown, ports: Ports): void =>
  ports.log.warn("the window could not be served", { message: AppError.from(error).message });
