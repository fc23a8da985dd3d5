import { setImmediate } from "node:timers/promises";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { mergeConfigs } from "#core/image/facts/cloud-init/config-merge.ts";
import { isTrue, type ConfigFile } from "#core/image/facts/cloud-init/cloud-config.ts";
import {
  entryAt,
  parseConfig,
  type ConfigMap,
  type ConfigValue,
} from "#core/image/facts/cloud-init/config-value.ts";
import { printable } from "#core/image/source/binary.ts";
import {
  isLoopback,
  macOf,
  maxAddresses,
  maxInterfaces,
  methodOf,
  pinning,
  type InterfaceFacts,
} from "./interface-name.ts";

const folders = ["/etc/netplan", "/usr/lib/netplan", "/lib/netplan"];
const kinds = ["ethernets", "bonds", "bridges", "vlans"];
const maxFiles = 50;
const maxFileBytes = 256 * 1024;

/** netplan(5): files of all folders sorted by name, later ones override; one name counts from the first folder. */
export async function readNetplan(
  tree: FileTree,
): Promise<{ interfaces: InterfaceFacts[]; hasFiles: boolean }> {
  const byName = new Map<string, string>();
  for (const folder of folders) {
    for (const { name } of await tree.readDirectory(folder)) {
      if (/\.ya?ml$/.test(name) && !byName.has(name)) byName.set(name, `${folder}/${name}`);
    }
  }
  const paths = [...byName].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path);
  const configs: ConfigMap[] = [];
  for (const path of paths.slice(0, maxFiles)) {
    const stat = await tree.stat(path);
    if (stat?.kind !== "file" || stat.sizeBytes > maxFileBytes) continue;
    await setImmediate();
    const config = parseConfig((await tree.readText(path, maxFileBytes)) ?? "", printable(path));
    if (config !== null) configs.push(config);
  }
  return { interfaces: fromVersion2(configs), hasFiles: configs.length > 0 };
}

/** `network:` in cloud-init's own files goes before what the provider serves; installers write it. */
export function readCloudNetwork(files: readonly ConfigFile[]): InterfaceFacts[] {
  const configs = files.flatMap(({ config }) =>
    config !== null && config.entries.has("network") ? [config] : [],
  );
  return [...fromVersion2(configs), ...configs.flatMap(fromVersion1)];
}

function fromVersion2(configs: readonly ConfigMap[]): InterfaceFacts[] {
  const merged = mergeConfigs(configs.toReversed());
  const interfaces: InterfaceFacts[] = [];
  for (const kind of kinds) {
    const group = entryAt(merged, "network", kind)?.value;
    if (group?.kind !== "map") continue;
    for (const [id, { value, where }] of [...group.entries].slice(0, maxInterfaces)) {
      if (value.kind !== "map" || isLoopback(id)) continue;
      const text = (...keys: string[]): string | undefined => {
        const found = entryAt(value, ...keys)?.value;
        return found?.kind === "scalar" && found.value !== null ? String(found.value) : undefined;
      };
      // lists of several files add up
      const addresses = configs.flatMap((config) => {
        const list = entryAt(config, "network", kind, id, "addresses")?.value;
        return list?.kind === "list" ? addressesOf(list.items) : [];
      });
      const mac = macOf(text("match", "macaddress"));
      const hasMatch = entryAt(value, "match") !== null;
      const matchName = text("match", "name");
      const name = text("set-name") ?? matchName ?? id;
      const isDhcp = ["dhcp4", "dhcp6"].some((key) => isTrue(text(key) ?? false));
      const named = hasMatch ? (matchName === undefined ? [] : [matchName]) : [id];
      interfaces.push({
        tool: "netplan",
        where,
        name: printable(name, 100),
        pinnedTo: kind === "ethernets" ? pinning(named, mac) : null,
        mac: mac ?? macOf(text("macaddress")),
        method: methodOf(isDhcp, addresses),
        addresses: addresses.slice(0, maxAddresses),
      });
    }
  }
  return interfaces;
}

/** An address stands as a word or as a key over its options. */
const addressesOf = (items: readonly ConfigValue[]): string[] =>
  items.flatMap((item) => {
    if (item.kind === "map") return [...item.entries.keys()].map((key) => printable(key, 60));
    return item.kind === "scalar" && item.value !== null ? [printable(String(item.value), 60)] : [];
  });

/** "Networking config Version 1", cloud-init documentation. */
function fromVersion1(config: ConfigMap): InterfaceFacts[] {
  const list = entryAt(config, "network", "config");
  if (list?.value.kind !== "list") return [];
  return list.value.items.slice(0, maxInterfaces).flatMap((item) => {
    if (item.kind !== "map") return [];
    const text = (key: string): string | undefined => {
      const found = entryAt(item, key)?.value;
      return found?.kind === "scalar" && found.value !== null ? String(found.value) : undefined;
    };
    const name = text("name");
    if (text("type") !== "physical" || name === undefined || isLoopback(name)) return [];
    const subnets = entryAt(item, "subnets")?.value;
    const parts = subnets?.kind === "list" ? subnets.items.filter((part) => part.kind === "map") : [];
    const valueOf = (part: ConfigMap, key: string): string => {
      const found = entryAt(part, key)?.value;
      return found?.kind === "scalar" ? String(found.value ?? "") : "";
    };
    const addresses = parts.map((part) => valueOf(part, "address")).filter((address) => address !== "");
    const mac = macOf(text("mac_address"));
    return [
      {
        tool: "netplan" as const,
        where: entryAt(item, "name")?.where ?? list.where,
        name: printable(name, 100),
        pinnedTo: pinning([name], mac),
        mac,
        method: methodOf(
          parts.some((part) => valueOf(part, "type").startsWith("dhcp")),
          addresses,
        ),
        addresses: addresses.slice(0, maxAddresses).map((address) => printable(address, 60)),
      },
    ];
  });
}
