import { dirname } from "node:path";
import { AppError } from "#core/lib/app-error.ts";
import type { Processes } from "#ports/processes.ts";

const timeLimitMs = 15_000;

/** Shows a file or folder in the desktop's file manager. Throws `tool-missing` where there is no desktop. */
export async function revealPath(
  path: string,
  processes: Processes,
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): Promise<void> {
  for (const argv of revealCommands(path, env, platform)) {
    if ((await processes.find(argv[0])) === null) continue;
    // Explorer ends with 1 also when all went well.
    const result = await processes
      .run(argv, { allowFailure: true, timeoutMs: timeLimitMs })
      .catch(() => null);
    if (result?.code === 0 || platform === "win32") return;
  }
  throw new AppError("tool-missing", "There is no file manager to show it in", {
    hint: `It lies at ${path}`,
    details: { path },
  });
}

export function revealCommands(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): [string, ...string[]][] {
  if (platform === "darwin") return [["open", "-R", path]];
  if (platform === "win32") return [["explorer.exe", `/select,${path}`]];
  if ((env["DISPLAY"] ?? "") === "" && (env["WAYLAND_DISPLAY"] ?? "") === "") return [];
  const items = `['${new URL(`file://${encodeURI(path).replaceAll("'", "%27")}`).href}']`;
  return [
    [
      "gdbus",
      "call",
      "--session",
      "--dest",
      "org.freedesktop.FileManager1",
      "--object-path",
      "/org/freedesktop/FileManager1",
      "--method",
      "org.freedesktop.FileManager1.ShowItems",
      items,
      "",
    ],
    ["xdg-open", dirname(path)],
  ];
}
