import type { ImageFacts } from "#contract/facts.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import { readLines } from "./text-lines.ts";

type Identity = NonNullable<ImageFacts["identity"]>;

/** What must differ between two machines made from one image. */
export async function readIdentity(tree: FileTree): Promise<Identity> {
  const hostname = (await tree.readText("/etc/hostname", 4096))?.trim() ?? "";
  return {
    machineId: await readMachineId(tree),
    hostname: printable(hostname, 255) || null,
    authorizedKeys: await readAuthorizedKeys(tree),
  };
}

/** machine-id(5): empty or `uninitialized` means that the next boot makes one. */
async function readMachineId(tree: FileTree): Promise<Identity["machineId"]> {
  const text = await tree.readText("/etc/machine-id", 4096);
  if (text === null) return "absent";
  const id = text.trim();
  return id === "" ? "empty" : id === "uninitialized" ? "uninitialized" : "set";
}

/** Files with at least one key, in the homes that /etc/passwd names. */
async function readAuthorizedKeys(tree: FileTree): Promise<string[]> {
  const homes = new Set(["/root"]);
  for (const { text } of (await readLines(tree, "/etc/passwd")).slice(0, 1000)) {
    const home = text.split(":")[5] ?? "";
    if (home.startsWith("/") && home !== "/" && home !== "/nonexistent") homes.add(home.replace(/\/+$/, ""));
  }
  const found: string[] = [];
  for (const home of homes) {
    for (const name of ["authorized_keys", "authorized_keys2"]) {
      const path = `${home}/.ssh/${name}`;
      if ((await readLines(tree, path)).length > 0) found.push(printable(path));
    }
  }
  return found;
}
