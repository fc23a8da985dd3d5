import type { CloudInitFacts, SshdFacts } from "#contract/facts-provisioning.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import type { InitSystem } from "./init-system.ts";
import { firstExisting } from "./guest-program.ts";
import { findHostKeyMaker, listHostKeys } from "./sshd/host-keys.ts";
import { readSshdConfig } from "./sshd/sshd-config.ts";
import { findStart } from "./sshd/start.ts";

const binaries = [
  "/usr/sbin/sshd",
  "/usr/bin/sshd",
  "/usr/local/sbin/sshd",
  "/usr/sbin/dropbear",
  "/usr/bin/dropbear",
];

/** OpenSSH's server or dropbear; every field is told also when there is none. */
export async function readSshd(
  tree: FileTree,
  init: InitSystem,
  cloudInit: CloudInitFacts | null,
): Promise<SshdFacts> {
  const start = await findStart(tree, init);
  const maker = await findHostKeyMaker(tree, init, cloudInit);
  return {
    binaryPath: await firstExisting(tree, binaries, "file"),
    enabledAtBoot: start.enabledBy !== null && start.maskedBy === null,
    ...start,
    ...(await readSshdConfig(tree)),
    hostKeys: await listHostKeys(tree),
    hostKeysRegeneratedBy: maker === null ? null : printable(maker),
  };
}
