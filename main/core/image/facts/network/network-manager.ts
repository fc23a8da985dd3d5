import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import { readIniFiles, valuesOf, type IniFile } from "./ini-files.ts";
import {
  isLoopback,
  macOf,
  maxAddresses,
  pinning,
  type InterfaceFacts,
  type Method,
} from "./interface-name.ts";

const folders = ["/etc/NetworkManager/system-connections", "/usr/lib/NetworkManager/system-connections"];
const wired = ["ethernet", "802-3-ethernet"];

/** nm-settings-keyfile(5). Connections without an interface's name or MAC address fit any network card. */
export async function readNetworkManager(tree: FileTree): Promise<InterfaceFacts[]> {
  const files = await readIniFiles(tree, folders, (name) => !name.startsWith(".") && !name.endsWith("~"));
  return files.flatMap(toFacts);
}

function toFacts(file: IniFile): InterfaceFacts[] {
  const value = (section: string, key: string): string | undefined =>
    valuesOf(file, [section], key).at(-1)?.value;
  const type = value("connection", "type");
  const head =
    file.settings.find(({ section, key }) => section === "connection" && key === "id") ?? file.settings[0];
  if (
    type === undefined ||
    head === undefined ||
    /^(?:wifi|802-11-wireless|loopback|gsm|vpn|wireguard|bluetooth)$/.test(type)
  )
    return [];
  const name = value("connection", "interface-name");
  const patterns = (value("match", "interface-name") ?? "").split(/[;\s]+/).filter((word) => word !== "");
  const names = name === undefined ? patterns : [name];
  if (names.length > 0 && names.every(isLoopback)) return [];
  const macs = ["ethernet", "802-3-ethernet"].map((section) => macOf(value(section, "mac-address")));
  const mac = macs.find((found) => found !== null) ?? null;
  const addresses = file.settings
    .filter(({ section, key }) => /^ipv[46]$/.test(section) && /^address(?:es)?\d*$/.test(key))
    .map((setting) => printable(setting.value.split(/[,;]/)[0] ?? "", 60));
  const isPhysical = wired.includes(type);
  return [
    {
      tool: "network-manager",
      where: head.where,
      name: printable(name ?? value("connection", "id") ?? file.path.split("/").at(-1) ?? "", 100),
      pinnedTo: isPhysical ? pinning(names, mac) : null,
      mac,
      method: value("connection", "autoconnect") === "false" ? "disabled" : methodOf(value, addresses),
      addresses: addresses.slice(0, maxAddresses),
    },
  ];
}

function methodOf(
  value: (section: string, key: string) => string | undefined,
  addresses: readonly string[],
): Method {
  const four = value("ipv4", "method") ?? "auto";
  const six = value("ipv6", "method") ?? "auto";
  if (four === "auto") return addresses.length > 0 ? "mixed" : "dhcp";
  if (four === "manual") return "static";
  // without IPv4 the other protocol decides
  if (six === "auto" || six === "dhcp") return "dhcp";
  if (six === "manual") return "static";
  return four === "link-local" || six === "link-local"
    ? "link-local"
    : four === "disabled"
      ? "disabled"
      : "unknown";
}
