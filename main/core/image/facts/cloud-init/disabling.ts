import type { z } from "zod";
import type { DsIdentifyFactsSchema } from "#contract/facts-provisioning.ts";
import type { Where } from "#contract/where.ts";
import type { CommandLine } from "#core/image/facts/boot/boot-entries.ts";
import type { InitSystem } from "#core/image/facts/init-system.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";

/** The first stages under all their names; what comes later hangs on them. Since 24.3 one process runs them all. */
const stages: readonly (readonly string[])[] = [
  ["cloud-init-local.service", "cloudinit"],
  ["cloud-init.service", "cloud-init-network.service", "cloudinit"],
];
const maskable = [...new Set(stages.flat()), "cloud-init-main.service", "cloud-init.target"];
const off = "/etc/cloud/cloud-init.disabled";
const generatorMask = "/etc/systemd/system-generators/cloud-init-generator";

/**
 * What keeps cloud-init from running, in the order of its generator: command line, files, ds-identify's policy;
 * then masks and conditions of its services.
 */
export async function findDisabling(
  tree: FileTree,
  init: InitSystem,
  commandLine: CommandLine | null,
  dsIdentify: z.infer<typeof DsIdentifyFactsSchema>,
): Promise<Where | null> {
  const said = [...(commandLine?.text.matchAll(/(?:^|\s)cloud-init=(enabled|disabled)(?=\s|$)/g) ?? [])].at(
    -1,
  )?.[1];
  if (said === "disabled") return commandLine?.where ?? null;
  const isOn = said === "enabled" || (await tree.stat("/etc/cloud/cloud-init.enabled")) !== null;
  if (!isOn && (await tree.lstat(off)) !== null) return { path: off, line: null };
  if (dsIdentify.installed && modeOf(dsIdentify.policy) === "disabled") return dsIdentify.policyFrom;
  if ((await tree.readLink(generatorMask)) === "/dev/null") return { path: generatorMask, line: null };
  for (const unit of maskable) {
    const path = await init.maskedBy(unit);
    if (path !== null) return { path, line: null };
    if ((await init.enabledBy(unit)) === null) continue;
    const heldBack = await init.heldBackBy(unit);
    if (heldBack !== null) return heldBack;
  }
  return null;
}

const modeOf = (policy: string | null): string | null =>
  policy?.split(",").findLast((word) => ["disabled", "enabled", "search", "report"].includes(word)) ?? null;

/**
 * With systemd its generator starts cloud-init.target (or, before it had one, multi-user.target wants the
 * services); elsewhere the links of the run levels are all.
 */
export async function isStarted(init: InitSystem): Promise<boolean> {
  for (const names of stages) {
    const links = await Promise.all(names.map((name) => init.enabledBy(name)));
    if (links.every((link) => link === null)) return false;
  }
  return true;
}
