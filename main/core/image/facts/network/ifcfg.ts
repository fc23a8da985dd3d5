import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { parseAssignments, readLines } from "#core/image/facts/text-lines.ts";
import { printable } from "#core/image/source/binary.ts";
import {
  isLoopback,
  macOf,
  maxAddresses,
  maxInterfaces,
  pinning,
  type InterfaceFacts,
} from "./interface-name.ts";

/** Red Hat keeps them in network-scripts, SUSE in network, where wicked reads them. */
const folders: readonly (readonly [folder: string, tool: "ifcfg" | "wicked"])[] = [
  ["/etc/sysconfig/network-scripts", "ifcfg"],
  ["/etc/sysconfig/network", "wicked"],
];
const ignored = /^ifcfg-.*(?:~|\.bak|\.orig|\.rpmnew|\.rpmsave|\.rpmorig|\.template|\.old)$/;

export async function readIfcfg(tree: FileTree): Promise<InterfaceFacts[]> {
  const found: InterfaceFacts[] = [];
  for (const [folder, tool] of folders) {
    const names = (await tree.readDirectory(folder)).map(({ name }) => name);
    for (const name of names
      .filter((n) => n.startsWith("ifcfg-") && !ignored.test(n))
      .slice(0, maxInterfaces)) {
      const path = `${folder}/${name}`;
      if ((await tree.stat(path))?.kind !== "file") continue;
      const facts = toFacts(path, tool, await readLines(tree, path));
      if (facts !== null) found.push(facts);
    }
  }
  return found;
}

function toFacts(
  path: string,
  tool: "ifcfg" | "wicked",
  lines: Awaited<ReturnType<typeof readLines>>,
): InterfaceFacts | null {
  const values = parseAssignments(lines);
  const suffix = path.slice(path.lastIndexOf("/ifcfg-") + "/ifcfg-".length);
  // without DEVICE Red Hat's connection fits any card (NetworkManager); SUSE takes the file's name
  const device = values.get("DEVICE") ?? (tool === "wicked" ? suffix : undefined);
  if (isLoopback(device ?? suffix)) return null;
  const mac = macOf(values.get("HWADDR"));
  const addresses = [...values]
    .filter(([key, value]) => /^(?:IPADDR\w*|IPV6ADDR)$/.test(key) && value !== "")
    .map(([key, value]) => printable(withPrefix(key, value, values), 60));
  const type = values.get("TYPE")?.toLowerCase() ?? "ethernet";
  const line = lines.find(({ text }) => /^(?:DEVICE|HWADDR|BOOTPROTO|NAME)=/.test(text))?.line ?? null;
  return {
    tool,
    where: { path: printable(path), line },
    name: printable(device ?? values.get("NAME") ?? suffix, 100),
    pinnedTo: type === "ethernet" ? pinning(device === undefined ? [] : [device], mac) : null,
    mac: mac ?? macOf(values.get("MACADDR") ?? values.get("LLADDR")),
    method: methodOf(values, addresses),
    addresses: addresses.slice(0, maxAddresses),
  };
}

function withPrefix(key: string, address: string, values: ReadonlyMap<string, string>): string {
  const length =
    values.get(key.replace("IPADDR", "PREFIX")) ?? values.get(key.replace("IPADDR", "PREFIXLEN"));
  return length === undefined || address.includes("/") ? address : `${address}/${length}`;
}

function methodOf(
  values: ReadonlyMap<string, string>,
  addresses: readonly string[],
): InterfaceFacts["method"] {
  const start = (values.get("ONBOOT") ?? values.get("STARTMODE") ?? "yes").toLowerCase();
  if (/^(?:no|off|manual)$/.test(start)) return "disabled";
  const protocol = (values.get("BOOTPROTO") ?? "static").toLowerCase();
  if (/^(?:dhcp|bootp)/.test(protocol)) return addresses.length > 0 ? "mixed" : "dhcp";
  if (protocol.startsWith("autoip")) return "link-local";
  return addresses.length > 0 ? "static" : "disabled";
}
