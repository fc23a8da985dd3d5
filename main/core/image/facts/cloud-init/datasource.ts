import type { z } from "zod";
import type { WhereSchema } from "#contract/where.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import { readLines } from "#core/image/facts/text-lines.ts";
import type { CommandLine } from "#core/image/facts/boot/boot-entries.ts";
import type { CloudConfig } from "./cloud-config.ts";

type Where = z.infer<typeof WhereSchema>;

/** cloud-init's own spelling; kernel command lines are often written in lower case. */
const knownNames = [
  "AliYun", "AltCloud", "Akamai", "Azure", "Bigstep", "CloudCIX", "CloudSigma", "CloudStack", "ConfigDrive",
  "DigitalOcean", "Ec2", "Exoscale", "GCE", "Hetzner", "IBMCloud", "LXD", "MAAS", "NoCloud", "None", "NWCS",
  "OpenNebula", "OpenStack", "Oracle", "OVF", "RbxCloud", "Scaleway", "SmartOS", "UpCloud", "VMware", "Vultr",
  "WSL",
]; // prettier-ignore

export interface DatasourceDecision {
  readonly list: readonly string[];
  readonly decidedBy: Where;
}

/**
 * The list that counts in the end. tools/ds-identify takes a name from the kernel command line (`ci.ds=`,
 * `ci.datasource=`, `ds=`) or from ds-identify.cfg (`datasource:`) before any list and adds None behind it;
 * otherwise the merged configuration decides. null: cloud-init's built-in order.
 */
export async function decideDatasources(
  tree: FileTree,
  config: CloudConfig,
  commandLine: CommandLine | null,
): Promise<DatasourceDecision | null> {
  const forced = commandLine === null ? null : fromCommandLine(commandLine.text);
  if (forced !== null && commandLine !== null)
    return { list: [forced, "None"], decidedBy: commandLine.where };
  const identify = await readDsIdentify(tree);
  if (identify.datasource !== null) {
    return { list: [identify.datasource.name, "None"], decidedBy: identify.datasource.where };
  }
  if (config.datasourceList === null) return null;
  const { value, path, line } = config.datasourceList;
  return { list: value, decidedBy: { path, line } };
}

export function fromCommandLine(text: string): string | null {
  for (const word of text.split(/\s+/)) {
    const match = /^(?:ci\.ds|ci\.datasource|ds)=([^;\s]+)/.exec(word);
    if (match !== null) return canonical(match[1] ?? "");
  }
  return null;
}

const canonical = (name: string): string => {
  const plain = name.toLowerCase().replace(/-net$/, "");
  return knownNames.find((known) => known.toLowerCase() === plain) ?? printable(name, 60);
};

export interface DsIdentify {
  readonly datasource: { readonly name: string; readonly where: Where } | null;
  /** `policy: disabled` switches cloud-init off. */
  readonly disabledBy: Where | null;
}

export async function readDsIdentify(tree: FileTree): Promise<DsIdentify> {
  const path = "/etc/cloud/ds-identify.cfg";
  let datasource: DsIdentify["datasource"] = null;
  let disabledBy: Where | null = null;
  for (const { line, text } of await readLines(tree, path)) {
    const [key = "", raw = ""] = text.split(/:(.*)/, 2);
    const value = raw.trim().replace(/^["']|["']$/g, "");
    if (key === "datasource" && value !== "") datasource = { name: canonical(value), where: { path, line } };
    if (key === "policy" && /^disabled(?:,|$)/.test(value)) disabledBy = { path, line };
  }
  return { datasource, disabledBy };
}
