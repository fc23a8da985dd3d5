import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import { readIniFiles, valuesOf, type IniFile } from "./ini-files.ts";
import { isLoopback, macOf, maxAddresses, methodOf, pinning, type InterfaceFacts } from "./interface-name.ts";

const folders = [
  "/etc/systemd/network",
  "/usr/local/lib/systemd/network",
  "/usr/lib/systemd/network",
  "/lib/systemd/network",
];
const isDhcp = /^(?:yes|true|on|1|ipv4|ipv6|both|v4|v6)$/i;

/** systemd.network(5). systemd's own files for containers, tunnels and wireless cards are left out. */
export async function readNetworkd(tree: FileTree): Promise<InterfaceFacts[]> {
  const files = await readIniFiles(tree, folders, (name) => name.endsWith(".network"));
  return files.filter((file) => !isForeign(file)).flatMap(toFacts);
}

function isForeign(file: IniFile): boolean {
  const value = (key: string): string => valuesOf(file, ["Match"], key)[0]?.value ?? "";
  if (/^(?:container|private-users)$/.test(value("Virtualization")) || value("Kind") !== "") return true;
  // what systemd ships for containers, tunnels, virtual machines and wireless cards of the host
  return /\/lib\/systemd\/network\/80-(?:6rd|auto|container|iwd|namespace|vm|wifi)-/.test(file.path);
}

function toFacts(file: IniFile): InterfaceFacts[] {
  const names = valuesOf(file, ["Match"], "Name")
    .flatMap(({ value }) => value.split(/\s+/))
    .filter((name) => name !== "");
  const macs = ["MACAddress", "PermanentMACAddress"].flatMap((key) => valuesOf(file, ["Match"], key));
  const mac = macOf(macs[0]?.value.split(/\s+/)[0]);
  const type = valuesOf(file, ["Match"], "Type")[0]?.value;
  const match = file.settings.find(({ section }) => section === "Match");
  if (match === undefined || names.every(isLoopback) === names.length > 0) return [];
  const addresses = valuesOf(file, ["Network", "Address"], "Address").map(({ value }) =>
    printable(value, 60),
  );
  const dhcp = valuesOf(file, ["Network"], "DHCP").at(-1)?.value ?? "no";
  const method = methodOf(isDhcp.test(dhcp), addresses);
  return [
    {
      tool: "networkd",
      where: match.where,
      name: printable(names.join(" ") || mac || type || "*", 100),
      pinnedTo: pinning(names, mac),
      mac,
      method: method === "unknown" ? "link-local" : method,
      addresses: addresses.slice(0, maxAddresses),
    },
  ];
}
