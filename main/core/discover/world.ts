import { isAbsolute, join } from "node:path";

/** Where other tools keep their settings. Comes in from outside, so that tests have a world of their own. */
export interface World {
  /** The user's home folder. */
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
}

/** A variable that is set and not empty. */
export function variable(world: World, name: string): string | null {
  const value = world.env[name];
  return value === undefined || value === "" ? null : value;
}

/** The folder of a tool's settings as Go's `os.UserConfigDir` and the XDG base directory specification put it. */
export function configFolder(world: World): string {
  if (world.platform === "darwin") return join(world.home, "Library", "Application Support");
  if (world.platform === "win32") return variable(world, "APPDATA") ?? join(world.home, "AppData", "Roaming");
  return variable(world, "XDG_CONFIG_HOME") ?? join(world.home, ".config");
}

/** `~` is the home folder, and so is what a relative path begins at. */
export function expandHome(world: World, path: string): string {
  if (path === "~" || path.startsWith("~/") || path.startsWith("~\\")) return join(world.home, path.slice(1));
  return isAbsolute(path) ? path : join(world.home, path);
}
