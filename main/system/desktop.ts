import type { Desktop } from "#ports/ports.ts";
import type { Processes } from "#ports/processes.ts";
import { revealPath } from "./desktop-reveal.ts";

const timeLimitMs = 30_000;

/**
 * The system's trash by its own program. Only inside a desktop session: on a headless machine nobody would
 * ever empty it, and a deleted disk of 40 GiB would go on filling the real one.
 */
export function createDesktop(
  processes: Processes,
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): Desktop {
  return {
    async trash(path) {
      for (const argv of trashCommands(path, env, platform)) {
        if ((await processes.find(argv[0])) === null) continue;
        const result = await processes
          .run(argv, { allowFailure: true, timeoutMs: timeLimitMs })
          .catch(() => null);
        if (result?.code === 0) return true;
      }
      return false;
    },
    reveal: (path) => revealPath(path, processes, env, platform),
  };
}

function trashCommands(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
): [string, ...string[]][] {
  if (platform === "darwin") {
    const script = 'on run argv\ntell application "Finder" to delete (POSIX file (item 1 of argv))\nend run';
    return [
      ["trash", path], // part of macOS since version 15
      ["osascript", "-e", script, path],
    ];
  }
  if (platform === "win32") return [];
  if ((env["DISPLAY"] ?? "") === "" && (env["WAYLAND_DISPLAY"] ?? "") === "") return [];
  return [
    ["gio", "trash", "--", path],
    ["trash-put", "--", path],
  ];
}
