import type { z } from "zod";
import type { CloudInitFactsSchema } from "#contract/facts-provisioning.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { readCloudConfig } from "./cloud-init/cloud-config.ts";
import type { InitSystem } from "./init-system.ts";
import { maxConfigBytes, readLines, splitLines } from "./text-lines.ts";

/** Commands that make host keys where none are. */
const makesKeys =
  /ssh-keygen\s+(?:-[a-z]+\s+)*-A|ssh-keygen\s.*ssh_host|sshd-keygen|dpkg-reconfigure\s.*openssh-server|sshdgenkeys|dropbearkey\s|dropbear\s.*-R\b/;
const maxUnits = 300;

/**
 * Who makes host keys at the first boot: `cloud-init`, or the unit or script that does; null when nobody.
 * cloud-init does it by its module `ssh`, which every distribution's cloud.cfg lists.
 */
export async function findHostKeyMaker(
  tree: FileTree,
  init: InitSystem,
  cloudInit: z.infer<typeof CloudInitFactsSchema> | null,
): Promise<string | null> {
  if (cloudInit?.enabledAtBoot === true && (await readCloudConfig(tree)).modules.has("ssh"))
    return "cloud-init";
  if (init.kind !== "systemd") return findInScripts(tree);
  const candidates = [
    ...new Set(["ssh.service", "sshd.service", ...(await init.enabledUnits()).slice(0, maxUnits)]),
  ];
  for (const unit of candidates) {
    if (!unit.endsWith(".service")) continue;
    const path = await init.unitPath(unit);
    if (path === null || (await init.maskedBy(unit)) !== null) continue;
    const text = await tree.readText(path, maxConfigBytes);
    if (text === null) continue;
    const isSshd = unit === "ssh.service" || unit === "sshd.service";
    const lines = splitLines(text).filter(({ text: line }) => /^Exec|^Wants=|^Requires=/.test(line));
    if (isSshd && (await init.enabledBy(unit)) === null) continue;
    if (lines.some(({ text: line }) => makesKeys.test(line) || (isSshd && line.includes("keygen"))))
      return unit;
  }
  return null;
}

const bootScripts = [
  "/etc/init.d/sshd",
  "/etc/init.d/ssh",
  "/etc/init.d/dropbear",
  "/etc/rc",
  "/etc/rc.local",
  "/etc/init.d/rcS",
];

async function findInScripts(tree: FileTree): Promise<string | null> {
  const started = (await tree.readDirectory("/etc/init.d"))
    .filter((entry) => /^S\d\d/.test(entry.name))
    .map((entry) => `/etc/init.d/${entry.name}`);
  for (const path of [...bootScripts, ...started.slice(0, 100)]) {
    if ((await tree.stat(path))?.kind !== "file") continue;
    if ((await readLines(tree, path)).some(({ text }) => makesKeys.test(text))) return path;
  }
  return null;
}
