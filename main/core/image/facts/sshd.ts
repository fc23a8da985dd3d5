import type { z } from "zod";
import type { CloudInitFactsSchema, SshdFactsSchema } from "#contract/facts-provisioning.ts";
import type { WhereSchema } from "#contract/where.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { findHostKeyMaker } from "./host-keys.ts";
import type { InitSystem } from "./init-system.ts";
import { readLines } from "./text-lines.ts";

type SshdFacts = z.infer<typeof SshdFactsSchema>;
type Where = z.infer<typeof WhereSchema>;

const binaries = [
  "/usr/sbin/sshd",
  "/usr/bin/sshd",
  "/usr/local/sbin/sshd",
  "/usr/sbin/dropbear",
  "/usr/bin/dropbear",
];
/** Debian says ssh, all others sshd; sockets start it at the first connection. */
const units = [
  "ssh.service",
  "sshd.service",
  "ssh.socket",
  "sshd.socket",
  "dropbear.service",
  "dropbear.socket",
];
/** Scripts that systems without a service manager run at boot. */
const bootScripts = ["/etc/inittab", "/etc/rc", "/etc/rc.local", "/etc/init.d/rcS", "/etc/rc.conf"];
const keyFolders = ["/etc/ssh", "/etc/dropbear", "/usr/local/etc/ssh"];

export async function readSshd(
  tree: FileTree,
  init: InitSystem,
  cloudInit: z.infer<typeof CloudInitFactsSchema> | null,
): Promise<SshdFacts> {
  const binaryPath = await firstExisting(tree, binaries);
  const boot = await findStart(tree, init);
  return {
    binaryPath,
    enabledAtBoot: boot.enabledBy !== null && boot.maskedBy === null,
    ...boot,
    hostKeys: await listHostKeys(tree),
    hostKeysRegeneratedBy: await findHostKeyMaker(tree, init, cloudInit),
  };
}

async function firstExisting(tree: FileTree, paths: readonly string[]): Promise<string | null> {
  for (const path of paths) if ((await tree.stat(path))?.kind === "file") return path;
  return null;
}

async function findStart(
  tree: FileTree,
  init: InitSystem,
): Promise<{ enabledBy: Where | null; maskedBy: Where | null }> {
  const at = (path: string): Where => ({ path, line: null });
  let maskedBy: Where | null = null;
  let enabledBy: Where | null = null;
  for (const unit of units) {
    const mask = await init.maskedBy(unit);
    const link = await init.enabledBy(unit);
    if (mask !== null) maskedBy ??= at(mask);
    else if (link !== null && (await isLive(tree, init, unit, link))) enabledBy ??= at(link);
  }
  if (enabledBy !== null) {
    // Debian's units carry ConditionPathExists=!/etc/ssh/sshd_not_to_be_run
    const veto =
      (await tree.stat("/etc/ssh/sshd_not_to_be_run")) === null ? null : at("/etc/ssh/sshd_not_to_be_run");
    return { enabledBy, maskedBy: veto };
  }
  return { enabledBy: init.kind === "systemd" ? null : await findInScripts(tree), maskedBy };
}

/** A link to a unit that is not there starts nothing. */
const isLive = async (tree: FileTree, init: InitSystem, unit: string, link: string): Promise<boolean> =>
  (await init.unitPath(unit)) !== null || (await tree.stat(link))?.kind === "file";

async function findInScripts(tree: FileTree): Promise<Where | null> {
  const started = (await tree.readDirectory("/etc/init.d"))
    .filter((entry) => /^S\d\d/.test(entry.name))
    .map((entry) => `/etc/init.d/${entry.name}`);
  for (const path of [...bootScripts, ...started.slice(0, 100)]) {
    if ((await tree.stat(path))?.kind !== "file") continue;
    const lines = await readLines(tree, path);
    const found = lines.find(({ text }) =>
      /(?:^|[\s;&|/(])(?:sshd|dropbear)(?=\s|;|$)|sshd_enable="?yes/i.test(text),
    );
    if (found !== undefined) return { path, line: found.line };
  }
  return null;
}

async function listHostKeys(tree: FileTree): Promise<string[]> {
  const keys: string[] = [];
  for (const folder of keyFolders) {
    for (const { name } of await tree.readDirectory(folder)) {
      if (/^ssh_host_.*key$|^dropbear_.*host_key$/.test(name)) keys.push(`${folder}/${name}`);
    }
  }
  return keys;
}
