import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, lstat, mkdir } from "node:fs/promises";
import { homedir, userInfo } from "node:os";
import { dirname, join, resolve } from "node:path";
import { AppError } from "#core/lib/app-error.ts";
import type { Directories } from "#ports/ports.ts";

/** What decides where things live; handed in so that every platform can be tested on any other. */
export interface DirectoryWorld {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly userHome: string;
  readonly userId: number;
}

export type DirectoryPaths = Omit<Directories, "resources"> & { readonly config: string };

/** sun_path holds 104 bytes on macOS and 108 on Linux (unix(7)); sockets get names of up to 40 below this. */
const longestRuntimePath = 60;

export const thisWorld = (): DirectoryWorld => ({
  platform: process.platform,
  env: process.env,
  userHome: homedir(),
  userId: process.getuid?.() ?? userInfo().uid,
});

/** A short name for one data folder, so that several of them never share sockets or keychain entries. */
export const dataFolderHash = (dataPath: string): string =>
  createHash("sha256").update(dataPath).digest("hex").slice(0, 8);

/**
 * Pure. With `home` (or GOLDSMITH_HOME) everything lies below that one folder; otherwise where the platform
 * puts it: XDG Base Directory on Linux and the BSDs, ~/Library on macOS, %APPDATA% on Windows.
 */
export function directoryPaths(world: DirectoryWorld, home?: string): DirectoryPaths {
  const own = home ?? nonEmpty(world.env["GOLDSMITH_HOME"]);
  const places = own === undefined ? platformPlaces(world) : below(resolve(own));
  return { ...places, runtime: runtimePath(world, places.data) };
}

const below = (home: string) => ({
  data: join(home, "data"),
  cache: join(home, "cache"),
  config: join(home, "config"),
});

function platformPlaces(world: DirectoryWorld): { data: string; cache: string; config: string } {
  const { env, userHome } = world;
  if (world.platform === "darwin") {
    const library = join(userHome, "Library");
    return {
      data: join(library, "Application Support", "Goldsmith"),
      cache: join(library, "Caches", "Goldsmith"),
      config: join(library, "Preferences", "Goldsmith"),
    };
  }
  if (world.platform === "win32") {
    const roaming = nonEmpty(env["APPDATA"]) ?? join(userHome, "AppData", "Roaming");
    const local = nonEmpty(env["LOCALAPPDATA"]) ?? join(userHome, "AppData", "Local");
    // Disks are large and belong to this computer: they must not roam.
    return {
      data: join(local, "Goldsmith", "data"),
      cache: join(local, "Goldsmith", "cache"),
      config: join(roaming, "Goldsmith"),
    };
  }
  return {
    data: join(nonEmpty(env["XDG_DATA_HOME"]) ?? join(userHome, ".local", "share"), "goldsmith"),
    cache: join(nonEmpty(env["XDG_CACHE_HOME"]) ?? join(userHome, ".cache"), "goldsmith"),
    config: join(nonEmpty(env["XDG_CONFIG_HOME"]) ?? join(userHome, ".config"), "goldsmith"),
  };
}

function runtimePath(world: DirectoryWorld, dataPath: string): string {
  if (world.platform === "win32") return join(dataPath, "run");
  const hash = dataFolderHash(dataPath);
  const session = nonEmpty(world.env["XDG_RUNTIME_DIR"]);
  if (session !== undefined) {
    const path = join(session, `goldsmith-${hash}`);
    if (path.length <= longestRuntimePath && existsSync(session)) return path;
  }
  return `/tmp/goldsmith-${world.userId}-${hash}`;
}

const nonEmpty = (value: string | undefined): string | undefined => (value === "" ? undefined : value);

/** Makes the folders, for this user only where it matters, and answers them. */
export async function createDirectories(paths: DirectoryPaths, world: DirectoryWorld): Promise<Directories> {
  for (const path of [paths.data, paths.cache, paths.config]) {
    await mkdir(path, { recursive: true, mode: 0o700 });
  }
  await mkdir(paths.runtime, { recursive: true, mode: 0o700 });
  await assertPrivate(paths.runtime, world);
  return {
    data: paths.data,
    cache: paths.cache,
    runtime: paths.runtime,
    resources: findResources(import.meta.dirname),
  };
}

/**
 * In /tmp anybody may have made the folder (or a link) first: it must be a real folder of this user that
 * nobody else can enter, because whoever reaches a QMP socket controls the machine.
 */
async function assertPrivate(path: string, world: DirectoryWorld): Promise<void> {
  if (world.platform === "win32") return;
  const status = await lstat(path);
  if (!status.isDirectory() || status.uid !== world.userId) {
    throw new AppError("permission-denied", `${path} belongs to somebody else`, {
      hint: "Remove it, or set XDG_RUNTIME_DIR to a private folder.",
    });
  }
  if ((status.mode & 0o077) !== 0) await chmod(path, 0o700);
}

/** `resources/` beside the package (source tree, out/) or in Electron's own resources folder. */
function findResources(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    const candidate = join(folder, "resources");
    if (existsSync(join(candidate, "probe"))) return candidate;
    if (dirname(folder) === folder) break;
  }
  throw new AppError("internal", "The product's resources folder is missing", {
    details: { lookedFrom: start },
  });
}
