import type { OsFacts } from "#contract/facts-system.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import { readArchitecture, readKernelArchitecture } from "./architecture.ts";
import type { BootEntry } from "./boot/boot-entries.ts";
import { parseAssignments, readLines } from "./text-lines.ts";

const bsdIds = ["freebsd", "openbsd", "netbsd", "dragonfly", "midnightbsd", "ghostbsd"];

/** os-release(5): the file in /etc counts before the one in /usr/lib; before there was one, files of their own. */
export async function readOs(
  tree: FileTree,
  entries: readonly BootEntry[] = [],
  notes: string[] = [],
): Promise<OsFacts> {
  const architecture = await readSystemArchitecture(tree, entries, notes);
  for (const path of ["/etc/os-release", "/usr/lib/os-release"]) {
    const values = parseAssignments(await readLines(tree, path));
    if (values.size === 0) continue;
    const text = (key: string): string | null => printable(values.get(key) ?? "", 100) || null;
    const id = text("ID");
    return {
      family: bsdIds.includes(id ?? "") ? "bsd" : "linux",
      id,
      idLike: (text("ID_LIKE") ?? "").split(/\s+/).filter((word) => word !== ""),
      versionId: text("VERSION_ID"),
      prettyName: text("PRETTY_NAME") ?? text("NAME"),
      architecture,
    };
  }
  const older = await readReleaseFiles(tree);
  if (older !== null) return { family: "linux", ...older, architecture };
  const family = await familyByFiles(tree);
  return { family, id: null, idLike: [], versionId: null, prettyName: null, architecture };
}

/** Of the programs; a kernel of another one (i386 on x86_64) is told. */
async function readSystemArchitecture(
  tree: FileTree,
  entries: readonly BootEntry[],
  notes: string[],
): Promise<string | null> {
  const programs = await readArchitecture(tree);
  const kernelPath = entries[0]?.kernelPath;
  const kernel = kernelPath === undefined ? null : await readKernelArchitecture(tree, kernelPath);
  if (programs !== null && kernel !== null && programs !== kernel) {
    notes.push(`The programs are made for ${programs}, the kernel for ${kernel}.`);
  }
  return programs ?? kernel;
}

/** Systems from before os-release: RHEL 6 and its rebuilds, SUSE 11, Debian 6. */
const releaseFiles = [
  { path: "/etc/centos-release", id: "centos", like: ["rhel", "fedora"] },
  { path: "/etc/oracle-release", id: "ol", like: ["rhel", "fedora"] },
  { path: "/etc/redhat-release", id: "rhel", like: ["fedora"] },
  { path: "/etc/SuSE-release", id: "sles", like: ["suse"] },
  { path: "/etc/alpine-release", id: "alpine", like: [] },
  { path: "/etc/debian_version", id: "debian", like: [] },
  { path: "/etc/slackware-version", id: "slackware", like: [] },
  { path: "/etc/gentoo-release", id: "gentoo", like: [] },
  { path: "/etc/arch-release", id: "arch", like: [] },
];
const maxReleaseBytes = 1024;

async function readReleaseFiles(
  tree: FileTree,
): Promise<Pick<OsFacts, "id" | "idLike" | "versionId" | "prettyName"> | null> {
  for (const { path, id, like } of releaseFiles) {
    const file = await tree.openFile(path);
    if (file === null) continue;
    const text = (await file.read(0, maxReleaseBytes)).toString("utf8").split("\n")[0] ?? "";
    const versionId = /\d+(?:\.\d+)*/.exec(text)?.[0] ?? null;
    const isNumber = /^[\d.]+$/.test(text.trim());
    const prettyName = printable(isNumber ? `${id} ${text}` : text, 100) || id;
    return { id, idLike: like, versionId, prettyName };
  }
  return null;
}

async function familyByFiles(tree: FileTree): Promise<OsFacts["family"]> {
  for (const path of ["/boot/kernel/kernel", "/bsd", "/netbsd"])
    if ((await tree.stat(path)) !== null) return "bsd";
  if ((await tree.stat("/lib/modules")) !== null || (await tree.stat("/etc/fstab")) !== null) return "linux";
  return "unknown";
}
