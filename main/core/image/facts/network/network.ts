import type { NetworkFacts } from "#contract/facts-provisioning.ts";
import type { InitSystem } from "#core/image/facts/init-system.ts";
import { configFilesOf } from "#core/image/facts/cloud-init/cloud-config.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { readEnabledTools } from "./enabled-tools.ts";
import { readIfcfg } from "./ifcfg.ts";
import { readIfupdown } from "./ifupdown.ts";
import { maxInterfaces, withoutClassicPins } from "./interface-name.ts";
import { readCloudNetwork, readNetplan } from "./netplan.ts";
import { readNetworkManager } from "./network-manager.ts";
import { readNetworkd } from "./networkd.ts";
import { readBsdNetwork, readConnman, readDhcpcd } from "./other-tools.ts";

/**
 * Every interface that some tool's files name, whether that tool starts or not; loopback is left out. What
 * cloud-init wrote at an earlier boot is told by its path, such as /etc/netplan/50-cloud-init.yaml.
 */
export async function readNetwork(
  tree: FileTree,
  init: InitSystem,
  commandLine: string,
): Promise<NetworkFacts> {
  const cloudFiles = await configFilesOf(tree);
  const found = [
    ...readCloudNetwork(cloudFiles),
    ...(await readNetplan(tree)).interfaces,
    ...(await readIfupdown(tree)),
    ...(await readNetworkManager(tree)),
    ...(await readNetworkd(tree)),
    ...(await readIfcfg(tree)),
    ...(await readDhcpcd(tree)),
    ...(init.kind === "bsd-rc" ? await readBsdNetwork(tree) : []),
    ...(await readConnman(tree)),
  ].slice(0, maxInterfaces);
  const classicNames = init.kind !== "bsd-rc" && (await hasClassicNames(tree, commandLine));
  return {
    enabledTools: await readEnabledTools(tree, init, found),
    interfaces: classicNames ? found.map(withoutClassicPins) : found,
    classicNames,
  };
}

const masks = [
  "/etc/systemd/network/99-default.link",
  "/etc/udev/rules.d/80-net-setup-link.rules",
  "/etc/udev/rules.d/80-net-name-slot.rules",
];
const namers = [
  "/usr/lib/udev/rules.d/80-net-setup-link.rules",
  "/lib/udev/rules.d/80-net-setup-link.rules",
  "/usr/lib/udev/rules.d/80-net-name-slot.rules",
];

/** "Predictable network interface names", systemd documentation; without udev's rule the kernel's names stay. */
async function hasClassicNames(tree: FileTree, commandLine: string): Promise<boolean> {
  const said = [...commandLine.matchAll(/(?:^|\s)net\.ifnames=([01])(?=\s|$)/g)].at(-1)?.[1];
  if (said !== undefined) return said === "0";
  for (const path of masks) if ((await tree.readLink(path)) === "/dev/null") return true;
  for (const path of namers) if ((await tree.stat(path)) !== null) return false;
  return true;
}
