import { spawn } from "node:child_process";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "#core/lib/app-error.ts";

const sources = ["main", "preload", "renderer", "package.json", "electron.vite.config.ts"];
const products = [
  "out/main/main.js",
  "out/main/cli.js",
  "out/preload/preload.cjs",
  "out/renderer/index.html",
];

/** Whether a product is missing or older than any source (tests and notes do not count). */
export async function isBuildStale(root: string): Promise<boolean> {
  const built = await Promise.all(products.map((path) => modifiedMs(join(root, path))));
  const oldestMs = Math.min(...built.map((ms) => ms ?? 0));
  return oldestMs === 0 || (await hasNewer(root, sources, oldestMs));
}

async function hasNewer(folder: string, names: readonly string[], thanMs: number): Promise<boolean> {
  for (const name of names) {
    if (name === "node_modules" || /(\.test\.tsx?|\.md)$/.test(name)) continue;
    const path = join(folder, name);
    const status = await stat(path).catch(() => null);
    if (status === null) continue;
    if (status.isFile() && status.mtimeMs > thanMs) return true;
    if (status.isDirectory() && (await hasNewer(path, await readdir(path), thanMs))) return true;
  }
  return false;
}

const modifiedMs = (path: string): Promise<number | null> =>
  stat(path).then(
    (status) => status.mtimeMs,
    () => null,
  );

/** Builds when needed, saying so in one line. Throws `tool-failed` with the builder's last words. */
export async function ensureBuild(root: string, say: (line: string) => void): Promise<void> {
  if (!(await isBuildStale(root))) return;
  say("Building Goldsmith (a few seconds)...");
  const builder = join(root, "node_modules", "electron-vite", "bin", "electron-vite.js");
  const child = spawn(process.execPath, [builder, "build", "--logLevel", "warn"], {
    cwd: root,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-10_000)));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) return;
  throw new AppError("tool-failed", `The build failed: ${stderr.trim().split("\n").at(-1) ?? ""}`, {
    hint: "Run `npm run build` to see all of it.",
    details: { exitCode: code, stderr },
  });
}
