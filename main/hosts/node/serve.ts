import { createCore } from "#core/create-core.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { useNetwork } from "#system/use-network.ts";
import { openInBrowser } from "./open-in-browser.ts";
import { startServer } from "./start-server.ts";
import { findWindowFolder } from "./window-files.ts";

/** A core that hangs on closing must not keep the terminal; guests go on anyway. */
const closeLimitMs = 5000;

/**
 * `goldsmith serve`: the window in a browser of this computer. Prints the address and resolves when it was
 * ended by Ctrl-C or SIGTERM. Throws `port-in-use`, `not-found` (the window is not built).
 */
export async function serve(options: { port: number; open: boolean }): Promise<void> {
  const windowFolder = findWindowFolder();
  const [ports, problems] = await Promise.all([createNodePorts(), useNetwork()]);
  for (const problem of problems) console.error(problem);
  const core = await createCore(ports, { host: "browser" });
  try {
    const server = await startServer(core, {
      port: options.port,
      dataDirectory: ports.directories.data,
      windowFolder,
      validateOutputs: process.env["GOLDSMITH_VALIDATE_OUTPUTS"] === "1",
    });
    const ended = endSignal();
    console.log(`Goldsmith is at ${server.url}`);
    console.log("The address works for one browser. Ctrl-C ends it; machines go on running.");
    const opened = options.open ? await openInBrowser(server.url, ports) : null;
    await ended;
    await opened?.[Symbol.asyncDispose]();
    await server.close();
  } finally {
    await within(core.close(), closeLimitMs);
  }
}

/** Listens before anything is printed, so that whoever reads the address may end it at once. */
function endSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(name, () => resolve());
  });
}

async function within(work: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)));
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
