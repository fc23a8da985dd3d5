import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { Cdp } from "./cdp.ts";

export interface Chromium {
  readonly cdp: Cdp;
  readonly pid: number;
  /** ws:// address for a second client, such as Playwright. */
  readonly endpoint: string;
  /** Resolves when the process is gone. */
  close(): Promise<void>;
}

const flags = [
  "--no-sandbox", // the tests run as root in containers; Electron's own sandbox is not what is tested here
  "--headless=new",
  "--no-startup-window",
  "--no-first-run",
  "--no-default-browser-check",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-dev-shm-usage",
  "--disable-extensions",
  "--disable-sync",
  "--force-color-profile=srgb",
  "--password-store=basic",
  // What the window requests is answered by the harness; nothing may get out past it.
  "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
  "--remote-debugging-pipe",
  "--remote-debugging-port=0",
];

/** Starts Debian's (or the given) Chromium with a profile folder of its own. */
export async function launchChromium(
  profileFolder: string,
  size: { width: number; height: number },
): Promise<Chromium> {
  const program = process.env["GOLDSMITH_CHROMIUM"] ?? "/usr/bin/chromium";
  const args = [...flags, `--user-data-dir=${profileFolder}`, `--window-size=${size.width},${size.height}`];
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe", "pipe", "pipe"] });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const cdp = new Cdp(child.stdio[3] as Writable, child.stdio[4] as Readable);
  const endpoint = await new Promise<string>((resolve, reject) => {
    let said = "";
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`${program} ended with ${code}: ${said.slice(-2000)}`)));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-20_000);
      const match = /DevTools listening on (ws:\S+)/.exec(said);
      if (match?.[1] !== undefined) resolve(match[1]);
    });
  });
  return {
    cdp,
    pid: child.pid ?? 0,
    endpoint,
    close: async () => {
      child.kill("SIGKILL");
      await gone;
    },
  };
}
