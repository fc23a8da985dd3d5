import { join } from "node:path";
import { app, session } from "electron";
import type { Handlers } from "#core/handlers.ts";
import { openWindow, restrictSession } from "#hosts/electron/open-window.ts";
import { registerWindowScheme, serveWindowFiles } from "#hosts/electron/window-protocol.ts";
import { serveChannel } from "#rpc/serve-channel.ts";

/**
 * The real window shell of the desktop app over two handlers of the test, so that the harness and the shell can
 * be tested without the product. Folders come from the environment.
 */
const folder = process.env["SAMPLE_FOLDER"] ?? "";
app.setPath("userData", join(folder, "user"));
registerWindowScheme();

let watching = 0;
const handlers = {
  "machines.start": ({ machineId }: { machineId: string }) =>
    Promise.resolve({ echoed: machineId, watching }),
  "console.read": async function* () {
    for (let i = 0; i < 16; i++) yield new Uint8Array(65_536).map((_, at) => (at + i) % 256);
  },
  "state.watch": async function* (_input: unknown, signal: AbortSignal) {
    watching++;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    watching--;
    yield* [];
  },
} as unknown as Handlers;

if (!app.requestSingleInstanceLock()) app.exit(7);
void app.whenReady().then(async () => {
  restrictSession(session.defaultSession);
  serveWindowFiles(session.defaultSession, join(folder, "window"));
  await openWindow({
    preloadPath: join(folder, "preload.cjs"),
    boundsPath: join(folder, "user", "window.json"),
    log: { info: () => {}, warn: () => {} },
    onOpen: () => {},
    onChannel: (channel) => serveChannel(handlers, channel),
  });
});
app.on("window-all-closed", () => app.quit());
