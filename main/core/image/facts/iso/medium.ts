import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import { systemOfVolume, type NamedSystem } from "./volume-names.ts";

export interface Medium {
  readonly system: NamedSystem | null;
  /** For people: as the medium itself says it, or its volume's name. */
  readonly text: string | null;
  /** Texts that may name an architecture. */
  readonly hints: readonly string[];
}

const maxTextBytes = 64 * 1024;
const maxLineLength = 300;

/** The system on the medium, from files that say so, and from the volume's name. */
export async function readMedium(tree: FileTree, volumeId: string): Promise<Medium> {
  const byName = systemOfVolume(volumeId);
  const info = (await textOf(tree, "/.disk/info"))?.slice(0, maxLineLength) ?? null;
  const treeInfo = (await textOf(tree, "/.treeinfo")) ?? (await textOf(tree, "/treeinfo"));
  const hints = [volumeId, iniValue(treeInfo, "arch"), info].filter((text) => text !== null);
  const found = (system: NamedSystem | null, text: string): Medium => ({
    system: byName ?? system,
    text: printable(text, 100),
    hints,
  });
  // Debian and Ubuntu: "Debian GNU/Linux 12.5.0 "Bookworm" - Official amd64 NETINST …"
  if (info !== null && info.trim() !== "") return found(systemOfDiskInfo(info), info);
  // Fedora and Red Hat: productmd's treeinfo; before 1.0 in the section [general]
  const family = iniValue(treeInfo, "family") ?? iniValue(treeInfo, "name");
  if (family !== null) {
    const version = iniValue(treeInfo, "version");
    return found({ id: idOfFamily(family), name: family, version }, `${family} ${version ?? ""}`);
  }
  const alpine = await textOf(tree, "/.alpine-release");
  if (alpine !== null) {
    const version = /\d+\.\d+(?:\.\d+)?/.exec(alpine)?.[0] ?? null;
    return found({ id: "alpine", name: "Alpine Linux", version }, `Alpine Linux ${alpine}`);
  }
  const windows = await readWindows(tree, volumeId);
  if (windows !== null) return found(windows, `${windows.name} ${windows.version ?? ""}`);
  if (byName !== null) return found(byName, `${byName.name} ${byName.version ?? ""}`);
  const known = await knownByFiles(tree);
  if (known !== null) return found(known, known.name);
  return { system: null, text: volumeId === "" ? null : volumeId, hints };
}

async function textOf(tree: FileTree, path: string): Promise<string | null> {
  const file = await tree.openFile(path);
  return file === null ? null : (await file.read(0, maxTextBytes)).toString("utf8");
}

/** The first value of a key, in any section; the header's version is not the system's. */
function iniValue(content: string | null, key: string): string | null {
  let section = "";
  for (const line of (content ?? "").split("\n").slice(0, 1000)) {
    const text = line.slice(0, maxLineLength).trim();
    section = /^\[(.+)\]/.exec(text)?.[1] ?? section;
    const [, name = "", value = ""] = /^(\w+)\s*=\s*(.*)$/.exec(text) ?? [];
    if (name === key && section !== "header" && value !== "") return printable(value, 100);
  }
  return null;
}

const idOfFamily = (family: string): string =>
  systemOfVolume(`${family.replaceAll(" ", "-")}-0`)?.id ??
  (family.startsWith("Red Hat") ? "rhel" : (family.toLowerCase().split(/\W/)[0] ?? ""));

function systemOfDiskInfo(info: string): NamedSystem | null {
  const [, name = "", version = null] = /^([A-Za-z][\w/ -]*?)\s+(\d[\d.]*)/.exec(info) ?? [];
  return name === "" ? null : { id: name.toLowerCase().split(/\W/)[0] ?? "", name, version };
}

/** Microsoft's development branches, with the systems that were released from them. */
const windowsBranches: Readonly<Record<string, { server: string; client: string }>> = {
  winblue: { server: "Server 2012 R2", client: "8.1" },
  rs1: { server: "Server 2016", client: "10 1607" },
  rs5: { server: "Server 2019", client: "10 1809" },
  vb: { server: "Server 20H2", client: "10" },
  fe: { server: "Server 2022", client: "11" },
  co: { server: "Server 2022", client: "11 21H2" },
  ni: { server: "Server 23H2", client: "11 22H2" },
  ge: { server: "Server 2025", client: "11 24H2" },
};

/** Setup's media: sources/idwbinfo.txt names the branch; volume names of servers begin with SSS. */
async function readWindows(tree: FileTree, volumeId: string): Promise<NamedSystem | null> {
  const isSetup =
    (await tree.stat("/sources/boot.wim")) !== null || (await tree.stat("/sources/install.wim")) !== null;
  if (!isSetup) return null;
  const info = await textOf(tree, "/sources/idwbinfo.txt");
  const branch = /^BuildBranch=([a-z\d]+?)_/im.exec(info ?? "")?.[1] ?? "";
  const names = windowsBranches[branch.toLowerCase()];
  const isServer = /^SSS_|SERVER/i.test(volumeId);
  return { id: "windows", name: "Windows", version: names?.[isServer ? "server" : "client"] ?? null };
}

const knownFiles: readonly (readonly [string, string, string])[] = [
  ["/arch/boot", "arch", "Arch Linux"],
  ["/nix-store.squashfs", "nixos", "NixOS"],
  ["/boot/kernel/kernel", "freebsd", "FreeBSD"],
  ["/bsd.rd", "openbsd", "OpenBSD"],
];

async function knownByFiles(tree: FileTree): Promise<NamedSystem | null> {
  for (const [path, id, name] of knownFiles) {
    if ((await tree.stat(path)) !== null) return { id, name, version: null };
  }
  return null;
}
