import type { InitSystem } from "#core/image/facts/init-system.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import type { InterfaceFacts } from "./interface-name.ts";

type Tool = InterfaceFacts["tool"];

const services: readonly (readonly [tool: Tool, units: readonly string[]])[] = [
  ["networkd", ["systemd-networkd.service", "systemd-networkd.socket"]],
  ["network-manager", ["NetworkManager.service", "networkmanager"]],
  ["ifupdown", ["networking.service", "ifup@.service"]],
  ["ifcfg", ["network.service"]],
  ["wicked", ["wicked.service", "wickedd.service"]],
  ["dhcpcd", ["dhcpcd.service"]],
  ["connman", ["connman.service", "connmand.service"]],
];
const netplanPaths = ["/usr/sbin/netplan", "/sbin/netplan", "/usr/bin/netplan"];

/** Tools whose service starts at boot, and netplan where it writes for one of them. */
export async function readEnabledTools(
  tree: FileTree,
  init: InitSystem,
  interfaces: readonly InterfaceFacts[],
): Promise<Tool[]> {
  if (init.kind === "bsd-rc") return ["rc.conf"];
  const tools: Tool[] = [];
  for (const [tool, units] of services) {
    if (await isStarted(init, units)) tools.push(tool);
  }
  // SUSE's network.service is an alias of the tool that it uses
  const isSuse = (await tree.stat("/etc/sysconfig/network/config")) !== null;
  const rest = isSuse ? tools.filter((tool) => tool !== "ifcfg") : tools;
  const hasIfcfg = interfaces.some(({ tool }) => tool === "ifcfg");
  if (hasIfcfg && rest.includes("network-manager") && !rest.includes("ifcfg")) rest.push("ifcfg");
  for (const path of netplanPaths) {
    if ((await tree.stat(path)) !== null) return ["netplan", ...rest];
  }
  return rest;
}

async function isStarted(init: InitSystem, units: readonly string[]): Promise<boolean> {
  for (const unit of units) {
    if ((await init.maskedBy(unit)) !== null || (await init.enabledBy(unit)) === null) continue;
    if ((await init.heldBackBy(unit)) === null) return true;
  }
  return false;
}
