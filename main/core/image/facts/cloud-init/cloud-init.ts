import type { CloudInitFacts } from "#contract/facts-provisioning.ts";
import type { Where } from "#contract/where.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import type { CommandLine } from "#core/image/facts/boot/boot-entries.ts";
import type { InitSystem } from "#core/image/facts/init-system.ts";
import type { PackageDatabase } from "#core/image/facts/packages/package-database.ts";
import { readCloudConfig, type CloudConfig } from "./cloud-config.ts";
import { entryAt } from "./config-value.ts";
import { decideDatasources } from "./decide-datasources.ts";
import { findDisabling, isStarted } from "./disabling.ts";
import { readDsIdentify } from "./ds-identify.ts";
import { readInstallerFiles } from "./installer-files.ts";
import { readSeeds } from "./seeds.ts";
import { readCloudInitVersion } from "./version.ts";

const moduleLists = ["cloud_init_modules", "cloud_config_modules", "cloud_final_modules"];

/** null when cloud-init is not installed. */
export async function readCloudInit(
  tree: FileTree,
  init: InitSystem,
  packages: Pick<PackageDatabase, "versionOf"> | null,
  commandLine: CommandLine | null,
  notes: string[],
): Promise<CloudInitFacts | null> {
  const installed = await readCloudInitVersion(tree, packages);
  if (installed === null) return null;
  const config = await readCloudConfig(tree, commandLine);
  for (const path of config.broken)
    notes.push(`cloud-init cannot read ${path}: it is not valid YAML, or far too large.`);
  const dsIdentify = await readDsIdentify(tree, config.files, commandLine);
  const disabledBy = await findDisabling(tree, init, commandLine, dsIdentify);
  const decision = decideDatasources(config, dsIdentify, commandLine);
  return {
    version: installed.version,
    enabledAtBoot: disabledBy === null && (await isStarted(init)),
    disabledBy,
    ...decision,
    dsIdentify,
    seeds: await readSeeds(tree, config.files),
    installerFiles: await readInstallerFiles(tree, config.files),
    networkDisabledBy: networkDisabledBy(config, commandLine),
    disableRoot: config.flag("disable_root"),
    sshPasswordAuth: config.text("ssh_pwauth")?.value ?? null,
    sshDeleteKeys: config.flag("ssh_deletekeys"),
    preserveHostname: config.flag("preserve_hostname"),
    defaultUser: defaultUser(config),
    modules: [...new Set(moduleLists.flatMap((list) => config.words(list)?.value ?? []))],
    leftoverInstances: await readInstances(tree),
  };
}

/** `network: {config: disabled}` (cloudinit.stages.Init._find_networking_config); the kernel is asked first. */
function networkDisabledBy(config: CloudConfig, commandLine: CommandLine | null): Where | null {
  if (commandLine !== null && /(?:^|\s)network-config=disabled(?:\s|$)/.test(commandLine.text))
    return commandLine.where;
  const entry = entryAt(config.merged, "network", "config");
  return entry?.value.kind === "scalar" && entry.value.value === "disabled" ? entry.where : null;
}

/** The user that `users: [default]` makes: system_info's, or what `user:` changes it into. */
function defaultUser(config: CloudConfig): string | null {
  if (config.words("users")?.value.includes("default") !== true) return null;
  const changed = config.text("user", "name") ?? config.text("user");
  return (changed ?? config.text("system_info", "default_user", "name"))?.value ?? null;
}

/** Instances of earlier boots; `/var/lib/cloud/instance` names the last one, also where its folder is gone. */
async function readInstances(tree: FileTree): Promise<string[]> {
  const names = (await tree.readDirectory("/var/lib/cloud/instances")).slice(0, 100).map(({ name }) => name);
  const last = (await tree.readLink("/var/lib/cloud/instance"))?.split("/").at(-1) ?? "";
  if (last !== "" && !names.includes(last)) names.push(last);
  return names.map((name) => printable(name, 100));
}
