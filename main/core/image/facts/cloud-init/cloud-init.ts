import type { z } from "zod";
import type { CloudInitFactsSchema } from "#contract/facts-provisioning.ts";
import type { WhereSchema } from "#contract/where.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import type { CommandLine } from "#core/image/facts/boot/boot-entries.ts";
import type { InitSystem } from "#core/image/facts/init-system.ts";
import { readCloudConfig } from "./cloud-config.ts";
import { decideDatasources, readDsIdentify } from "./datasource.ts";
import { readCloudInitVersion } from "./version.ts";

type CloudInitFacts = z.infer<typeof CloudInitFactsSchema>;
type Where = z.infer<typeof WhereSchema>;

/** The first stage under its names: network comes later, but a stage that is off stops all that follow. */
const firstUnits = ["cloud-init-local.service", "cloud-init.service", "cloud-init-network.service"];
const neededUnits: readonly (readonly string[])[] = [
  ["cloud-init-local.service", "cloud-init-local"],
  ["cloud-init.service", "cloud-init-network.service", "cloud-init"],
];
const generators = [
  "/usr/lib/systemd/system-generators",
  "/lib/systemd/system-generators",
  "/etc/systemd/system-generators",
];

/** null when cloud-init is not installed. */
export async function readCloudInit(
  tree: FileTree,
  init: InitSystem,
  commandLine: CommandLine | null,
  notes: string[],
): Promise<CloudInitFacts | null> {
  const installed = await readCloudInitVersion(tree);
  if (installed === null) return null;
  const config = await readCloudConfig(tree);
  for (const path of config.broken) notes.push(`cloud-init cannot read ${path}: it is not valid YAML.`);
  const decision = await decideDatasources(tree, config, commandLine);
  const disabledBy = await findDisabling(tree, init, commandLine);
  const instances = await tree.readDirectory("/var/lib/cloud/instances");
  return {
    version: installed.version,
    enabledAtBoot: disabledBy === null && (await isStarted(tree, init)),
    disabledBy,
    datasourceList: decision === null ? null : [...decision.list],
    decidedBy: decision?.decidedBy ?? null,
    leftoverInstances: instances.slice(0, 100).map((entry) => printable(entry.name, 100)),
  };
}

/** In the order of cloud-init's generator: command line, file, ds-identify's policy; then masked units. */
async function findDisabling(
  tree: FileTree,
  init: InitSystem,
  commandLine: CommandLine | null,
): Promise<Where | null> {
  if (commandLine !== null && /(?:^|\s)cloud-init=disabled(?:\s|$)/.test(commandLine.text))
    return commandLine.where;
  const file = "/etc/cloud/cloud-init.disabled";
  if ((await tree.lstat(file)) !== null) return { path: file, line: null };
  const identify = await readDsIdentify(tree);
  if (identify.disabledBy !== null) return identify.disabledBy;
  for (const unit of [...firstUnits, "cloud-init.target"]) {
    const path = await init.maskedBy(unit);
    if (path !== null) return { path, line: null };
  }
  return null;
}

/**
 * With systemd cloud-init's generator starts cloud-init.target (or, before it had one, the services are wanted
 * by multi-user.target); the services hang on links that `systemctl enable` made. Elsewhere the links are all.
 */
async function isStarted(tree: FileTree, init: InitSystem): Promise<boolean> {
  for (const names of neededUnits) {
    const links = await Promise.all(names.map((name) => init.enabledBy(name)));
    const link = links.find((found) => found !== null) ?? null;
    if (link === null) return false;
    if (link.includes("cloud-init.target.wants") && !(await targetIsStarted(tree, init))) return false;
  }
  return true;
}

async function targetIsStarted(tree: FileTree, init: InitSystem): Promise<boolean> {
  if ((await init.enabledBy("cloud-init.target")) !== null) return true;
  for (const folder of generators) {
    if ((await tree.stat(`${folder}/cloud-init-generator`))?.kind === "file") return true;
  }
  return false;
}
