import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where Electron's program is, or why it cannot show a window here. */
export type ElectronBinary = { path: string } | { why: string; canBeInstalled: boolean };

export interface ElectronWorld {
  packageRoot: string;
  env: Readonly<Record<string, string | undefined>>;
  platform: NodeJS.Platform;
  userId: number;
}

const programs: Partial<Record<NodeJS.Platform, string>> = {
  darwin: "Electron.app/Contents/MacOS/Electron",
  win32: "electron.exe",
};

/**
 * Looks where the `electron` package itself looks (ELECTRON_OVERRIDE_DIST_PATH, then its own dist/), but never
 * asks that package, because it would start to download 100 MB without a word.
 */
export function findElectron(world: ElectronWorld): ElectronBinary {
  const { env, packageRoot } = world;
  const program = programs[world.platform] ?? "electron";
  const override = env["ELECTRON_OVERRIDE_DIST_PATH"] ?? "";
  const folder = override === "" ? join(packageRoot, "node_modules", "electron", "dist") : override;
  const path = join(folder, recordedProgram(packageRoot) ?? program);
  const isMissing = !existsSync(path);
  if (isMissing && override !== "")
    return { why: `there is no Electron in ${override}`, canBeInstalled: false };
  const hasScreen = (env["DISPLAY"] ?? "") !== "" || (env["WAYLAND_DISPLAY"] ?? "") !== "";
  if (world.platform === "linux" && !hasScreen)
    return { why: "there is no desktop session", canBeInstalled: false };
  if (world.platform === "linux" && world.userId === 0) {
    return { why: "Electron's sandbox does not run as root", canBeInstalled: false };
  }
  if (isMissing) return { why: "Electron's program is not installed", canBeInstalled: true };
  return { path };
}

/** The package writes down what it has unpacked. */
function recordedProgram(packageRoot: string): string | null {
  try {
    return readFileSync(join(packageRoot, "node_modules", "electron", "path.txt"), "utf8").trim();
  } catch {
    return null;
  }
}
