import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { readPasswd } from "./account-files.ts";

/** An image with more homes than this is looked at in part. */
const maxHomes = 100;
/** A folder is not listed when its own size says that tens of thousands of names are in it. */
const maxFolderBytes = 1024 ** 2;
const firstPersonUid = 1000;

/** Folders that daemons have as their home but that hold the system. */
const noHome = /^\/(?:proc|dev|sys|run|bin|sbin|usr|etc|tmp|var\/(?:run|cache|tmp|log|spool))(?:\/|$)/;

/** Absolute paths of homes: root's, then people's, then those of services. Whether they exist is not said. */
export async function readHomes(tree: FileTree): Promise<readonly string[]> {
  const accounts = (await readPasswd(tree)) ?? [];
  const isPerson = (uid: number | null): boolean => uid !== null && uid >= firstPersonUid && uid < 65_534;
  const homes = new Set(["/root"]);
  const add = (home: string): void => {
    const path = home.replace(/\/+$/, "");
    const isSound = path.startsWith("/") && path.length < 200 && !path.includes("..");
    if (isSound && path !== "/nonexistent" && !noHome.test(path) && homes.size < maxHomes) homes.add(path);
  };
  for (const { uid, home } of accounts) if (isPerson(uid)) add(home);
  const folder = await tree.stat("/home");
  if (folder?.kind === "directory" && folder.sizeBytes <= maxFolderBytes) {
    for (const { name, kind } of await tree.readDirectory("/home"))
      if (kind !== "file" && name !== "lost+found") add(`/home/${name}`);
  }
  for (const { uid, home } of accounts) if (!isPerson(uid)) add(home);
  return [...homes];
}
