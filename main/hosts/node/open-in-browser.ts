import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Ports } from "#ports/ports.ts";

/** Whether this session has a screen on which a browser could open. */
export function hasDesktop(env: NodeJS.ProcessEnv = process.env, platform = process.platform): boolean {
  if (platform === "win32" || platform === "darwin") return env["SSH_CONNECTION"] === undefined;
  return (env["DISPLAY"] ?? "") !== "" || (env["WAYLAND_DISPLAY"] ?? "") !== "";
}

/**
 * Opens an address that holds a token. Other users can read a program's arguments, so the browser is given a
 * private file that leads there. Does nothing without a desktop, and quietly leaves it to the printed address
 * when no browser can be started. Disposing removes the file.
 */
export async function openInBrowser(url: string, ports: Ports): Promise<AsyncDisposable | null> {
  if (!hasDesktop()) return null;
  const folder = await mkdtemp(join(ports.directories.runtime, "open-"));
  const file = join(folder, "goldsmith.html");
  const refresh = `<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0;url=${url}">`;
  await writeFile(file, refresh, { mode: 0o600 });
  const remove = { [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
  try {
    await ports.processes.run([...opener(), pathToFileURL(file).href], { timeoutMs: 10_000 });
  } catch {
    ports.log.warn("no browser could be opened");
  }
  return remove;
}

function opener(): string[] {
  if (process.platform === "darwin") return ["open"];
  return process.platform === "win32" ? ["rundll32.exe", "url.dll,FileProtocolHandler"] : ["xdg-open"];
}
