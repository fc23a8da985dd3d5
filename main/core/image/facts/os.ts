import type { z } from "zod";
import type { OsFactsSchema } from "#contract/facts-system.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import { readArchitecture } from "./architecture.ts";
import { parseAssignments, readLines } from "./text-lines.ts";

type OsFacts = z.infer<typeof OsFactsSchema>;

const bsdIds = ["freebsd", "openbsd", "netbsd", "dragonfly"];

/** os-release(5): the file in /etc counts before the one in /usr/lib. */
export async function readOs(tree: FileTree): Promise<OsFacts> {
  const architecture = await readArchitecture(tree);
  for (const path of ["/etc/os-release", "/usr/lib/os-release"]) {
    const values = parseAssignments(await readLines(tree, path));
    if (values.size === 0) continue;
    const text = (key: string): string | null => printable(values.get(key) ?? "", 100) || null;
    const id = text("ID");
    return {
      family: bsdIds.includes(id ?? "") ? "bsd" : "linux",
      id,
      versionId: text("VERSION_ID"),
      prettyName: text("PRETTY_NAME") ?? text("NAME"),
      architecture,
    };
  }
  return { family: await familyByFiles(tree), id: null, versionId: null, prettyName: null, architecture };
}

async function familyByFiles(tree: FileTree): Promise<OsFacts["family"]> {
  if ((await tree.stat("/boot/kernel/kernel")) !== null || (await tree.stat("/bsd")) !== null) return "bsd";
  if ((await tree.stat("/lib/modules")) !== null || (await tree.stat("/etc/fstab")) !== null) return "linux";
  return "unknown";
}
