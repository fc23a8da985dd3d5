import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseArgs } from "node:util";
import { AppError } from "#core/lib/app-error.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { findElectron, type ElectronBinary } from "./electron-binary.ts";
import { ensureBuild } from "./ensure-build.ts";

/**
 * `npm start`: makes sure that there is a build and a QEMU, then shows the window in Electron, or in a browser
 * where Electron cannot run. Nothing is installed or downloaded without consent (`--yes`, or CI=true).
 */
const root = join(import.meta.dirname, "..", "..", "..");

const { values } = parseArgs({
  options: {
    /** Consent to installing what is missing. */
    yes: { type: "boolean", short: "y", default: process.env["CI"] === "true" },
    /** Use a browser although Electron could run. */
    browser: { type: "boolean", default: false },
    port: { type: "string", default: "0" },
  },
});

const say = (line: string): void => console.log(line);

async function start(): Promise<void> {
  await ensureBuild(root, say);
  await offerSetup();
  const electron = values.browser
    ? { why: "--browser was given", canBeInstalled: false }
    : await getElectron();
  if ("path" in electron) return runElectron(electron.path);
  say(`Goldsmith opens in the browser: ${electron.why}.`);
  const { serve } = await import("./serve.ts");
  await serve({ port: portNumber(values.port), open: true });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new AppError("bad-input", `--port ${text} is no port`, { hint: "Give a number from 0 to 65535." });
}

/** The set-up itself lists what is missing, asks, and prints the command where it cannot install. */
async function offerSetup(): Promise<void> {
  const needed = await Promise.all(
    ["qemu-system-x86_64", "qemu-img"].map((name) => nodeProcesses.find(name)),
  );
  if (needed.every((path) => path !== null)) return;
  const args = [join(root, "main", "hosts", "cli", "main.ts"), "setup", ...(values.yes ? ["--yes"] : [])];
  const code = await runInherited(process.execPath, args);
  if (code !== 0) say("Goldsmith starts without QEMU: images can be checked, machines cannot run.");
}

async function getElectron(): Promise<ElectronBinary> {
  const userId = process.getuid?.() ?? -1;
  const look = (): ElectronBinary =>
    findElectron({ packageRoot: root, env: process.env, platform: process.platform, userId });
  const found = look();
  if ("path" in found || !found.canBeInstalled || !(await mayDownload())) return found;
  say("Downloading Electron (about 100 MB)...");
  const installer = join(root, "node_modules", "electron", "install.js");
  const code = await runInherited(process.execPath, [installer]);
  return code === 0 ? look() : { why: "Electron could not be downloaded", canBeInstalled: false };
}

async function mayDownload(): Promise<boolean> {
  if (values.yes) return true;
  if (!process.stdin.isTTY) return false;
  const lines = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await lines.question("Electron's program is missing. Download it now, about 100 MB? [y/N] ");
  lines.close();
  return /^y(es)?$/i.test(answer.trim());
}

async function runElectron(path: string): Promise<void> {
  process.exitCode = (await runInherited(path, [root])) ?? 1;
}

/** Ctrl-C reaches both; only the program decides what it means. */
function runInherited(program: string, args: string[]): Promise<number | null> {
  const stay = (): void => {};
  process.on("SIGINT", stay);
  return new Promise<number | null>((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, stdio: "inherit" });
    child.once("error", reject);
    child.once("close", resolve);
  }).finally(() => process.off("SIGINT", stay));
}

try {
  await start();
} catch (error) {
  const { message, hint } = AppError.from(error);
  console.error(`${message}\n${hint}`);
  process.exitCode = 1;
}
