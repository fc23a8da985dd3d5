import type { Where } from "#contract/where.ts";
import type { InitSystem } from "#core/image/facts/init-system.ts";
import { printable } from "#core/image/source/binary.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { readLines } from "#core/image/facts/text-lines.ts";

/** Debian says ssh, all others sshd; sockets start it at the first connection. */
const units = [
  "ssh.service",
  "sshd.service",
  "ssh.socket",
  "sshd.socket",
  "openssh.service",
  "dropbear.service",
  "dropbear.socket",
];
/** Scripts that systems without a service manager run at boot. */
const bootScripts = ["/etc/inittab", "/etc/rc", "/etc/rc.local", "/etc/init.d/rcS", "/etc/runit/1"];
/** Debian's scripts look at it; its units carry it as a condition. */
const veto = "/etc/ssh/sshd_not_to_be_run";

export interface SshStart {
  readonly enabledBy: Where | null;
  /** A mask or a condition. */
  readonly maskedBy: Where | null;
}

/** A unit that is enabled and free to start decides; else what is in the way of one is told. */
export async function findStart(tree: FileTree, init: InitSystem): Promise<SshStart> {
  let maskedBy: Where | null = null;
  let heldBack: SshStart | null = null;
  for (const unit of units) {
    const mask = await init.maskedBy(unit);
    if (mask !== null) {
      maskedBy ??= { path: printable(mask), line: null };
      continue;
    }
    const link = await init.startedBy(unit);
    if (link === null || !(await isLive(tree, init, unit, link.path))) continue;
    const inTheWay = await findObstacle(tree, init, unit);
    if (inTheWay === null) return { enabledBy: link, maskedBy: null };
    heldBack ??= { enabledBy: link, maskedBy: inTheWay };
  }
  if (heldBack !== null) return heldBack;
  const script = init.kind === "systemd" ? await findInRcLocal(tree, init) : await findInScripts(tree);
  return { enabledBy: script, maskedBy };
}

/** A socket needs the service that it hands its connections to. */
async function findObstacle(tree: FileTree, init: InitSystem, unit: string): Promise<Where | null> {
  if (unit.startsWith("ssh") && (await tree.stat(veto)) !== null) return { path: veto, line: null };
  const own = await init.heldBackBy(unit);
  if (own !== null || !unit.endsWith(".socket")) return own;
  const settings = await init.settingsOf(unit);
  const accepts = settings.findLast(({ key }) => key === "Accept")?.value ?? "no";
  const stem = unit.replace(/\.socket$/, "");
  const service = /^(?:yes|true|on|1)$/i.test(accepts) ? `${stem}@.service` : `${stem}.service`;
  const mask = await init.maskedBy(service);
  return mask === null ? null : { path: mask, line: null };
}

/** A link to a unit that is not there starts nothing. */
const isLive = async (tree: FileTree, init: InitSystem, unit: string, link: string): Promise<boolean> =>
  (await init.unitPath(unit)) !== null || (await tree.stat(link))?.kind === "file";

const startsIt = /(?:^|[\s;&|/(])(?:sshd|dropbear)(?=\s|;|$)|sshd_enable="?yes/i;

async function findInScripts(tree: FileTree): Promise<Where | null> {
  const started = (await tree.readDirectory("/etc/init.d"))
    .filter((entry) => /^S\d\d/.test(entry.name))
    .map((entry) => `/etc/init.d/${entry.name}`);
  for (const path of [...bootScripts, ...started.slice(0, 100)]) {
    const found = await findLine(tree, path);
    if (found !== null) return found;
  }
  return null;
}

/** systemd-rc-local-generator(8) runs it when it is executable. */
async function findInRcLocal(tree: FileTree, init: InitSystem): Promise<Where | null> {
  for (const path of ["/etc/rc.local", "/etc/rc.d/rc.local"]) {
    const isRun = ((await tree.stat(path))?.mode ?? 0) & 0o111;
    if (isRun !== 0 && (await init.generatorPath("systemd-rc-local-generator")) !== null)
      return findLine(tree, path);
  }
  return null;
}

async function findLine(tree: FileTree, path: string): Promise<Where | null> {
  if ((await tree.stat(path))?.kind !== "file") return null;
  const found = (await readLines(tree, path)).find(({ text }) => startsIt.test(text));
  return found === undefined ? null : { path, line: found.line };
}
