import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { readRcConf } from "#core/image/facts/init/bsd-rc.ts";
import { readLines } from "#core/image/facts/text-lines.ts";
import { printable } from "#core/image/source/binary.ts";
import { readIniFiles, valuesOf } from "./ini-files.ts";
import { isLoopback, macOf, maxInterfaces, pinning, type InterfaceFacts } from "./interface-name.ts";

/** dhcpcd.conf(5): it runs DHCP on every card but those with `static ip_address`. */
export async function readDhcpcd(tree: FileTree): Promise<InterfaceFacts[]> {
  const path = "/etc/dhcpcd.conf";
  const found: InterfaceFacts[] = [];
  let current: { name: string; line: number } | null = null;
  for (const { line, text } of await readLines(tree, path)) {
    const name = /^interface\s+(\S+)/.exec(text)?.[1];
    if (name !== undefined) current = { name, line };
    const address = /^static\s+ip6?_address=(\S+)/.exec(text)?.[1];
    if (address === undefined || current === null || found.length >= maxInterfaces) continue;
    found.push({
      tool: "dhcpcd",
      where: { path, line: current.line },
      name: printable(current.name, 100),
      pinnedTo: pinning([current.name], null),
      mac: null,
      method: "static",
      addresses: [printable(address, 60)],
    });
  }
  return found;
}

/** `ifconfig_vtnet0="DHCP"` of rc.conf(5); NetBSD has files `/etc/ifconfig.xxN`, which are not read. */
export async function readBsdNetwork(tree: FileTree): Promise<InterfaceFacts[]> {
  const found: InterfaceFacts[] = [];
  for (const [key, { value, where }] of await readRcConf(tree)) {
    const name = /^ifconfig_(\w+?)$/.exec(key)?.[1];
    if (name === undefined || isLoopback(name) || /_(?:alias\d*|ipv6|descr|name)$/.test(name)) continue;
    if (where.path === "/etc/defaults/rc.conf" || found.length >= maxInterfaces) continue;
    const address = /(?:^|\s)(?:inet6?\s+)?(\d+\.\d+\.\d+\.\d+(?:\/\d+)?)/.exec(value)?.[1];
    const isDhcp = /(?:^|\s)(?:NO|SYNC)?DHCP(?=\s|$)/i.test(value);
    const mac = macOf(/(?:^|\s)(?:ether|lladdr)\s+(\S+)/.exec(value)?.[1]);
    found.push({
      tool: "rc.conf",
      where,
      name,
      pinnedTo: name === "DEFAULT" ? null : pinning([name], null),
      mac,
      method: isDhcp
        ? address === undefined
          ? "dhcp"
          : "mixed"
        : address === undefined
          ? "unknown"
          : "static",
      addresses: address === undefined ? [] : [address],
    });
  }
  return found;
}

/** connman-service.config(5) */
export async function readConnman(tree: FileTree): Promise<InterfaceFacts[]> {
  const files = await readIniFiles(tree, ["/var/lib/connman"], (name) => name.endsWith(".config"));
  return files.flatMap((file) => {
    const heads = file.settings.filter(({ key, value }) => key === "Type" && value === "ethernet");
    return heads.map((head): InterfaceFacts => {
      const four = valuesOf(file, [head.section], "IPv4").at(-1)?.value ?? "dhcp";
      const mac = macOf(valuesOf(file, [head.section], "MAC").at(-1)?.value);
      const isStatic = four.includes("/");
      return {
        tool: "connman",
        where: head.where,
        name: printable(head.section.replace(/^service_/, ""), 100),
        pinnedTo: pinning([], mac),
        mac,
        method: isStatic ? "static" : four === "off" ? "disabled" : "dhcp",
        addresses: isStatic ? [printable(four.split("/")[0] ?? "", 60)] : [],
      };
    });
  });
}
