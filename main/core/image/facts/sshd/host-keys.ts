import type { CloudInitFacts } from "#contract/facts-provisioning.ts";
import type { InitSystem } from "#core/image/facts/init-system.ts";
import { printable } from "#core/image/source/binary.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { wordsOf } from "#core/image/facts/init/unit-file.ts";
import { readLines } from "#core/image/facts/text-lines.ts";

const keyFolders = ["/etc/ssh", "/etc/dropbear", "/usr/local/etc/ssh"];

/** Commands that make host keys where none are. */
const makesKeys =
  /ssh-keygen\s+(?:-[a-z]+\s+)*-A|ssh-keygen\s.*ssh_host|sshd-keygen|dpkg-reconfigure\s.*openssh-server|sshdgenkeys|dropbearkey\s|dropbear\s.*-R\b|regenerate[_-]ssh[_-]host[_-]keys/;
const maxUnits = 300;
/** No command is longer; the patterns take their time on a line of a megabyte. */
const maxCommandLength = 2000;
const doesMakeKeys = (command: string): boolean => makesKeys.test(command.slice(0, maxCommandLength));
const sshUnits = ["ssh.service", "sshd.service", "ssh@.service", "sshd@.service", "dropbear.service"];
/** Units of distributions that are not always linked, but pulled in by sshd's own. */
const keygenUnits = [
  "sshd-keygen.service",
  "sshdgenkeys.service",
  "sshd-keygen.target",
  "ssh-keygen.service",
];

export async function listHostKeys(tree: FileTree): Promise<string[]> {
  const keys: string[] = [];
  for (const folder of keyFolders) {
    for (const { name } of await tree.readDirectory(folder)) {
      if (/^ssh_host_.*key$|^dropbear_.*host_key$/.test(name)) keys.push(printable(`${folder}/${name}`));
    }
  }
  return keys;
}

/**
 * Who makes host keys at the first boot: `cloud-init` (its module `ssh`), or the unit or script that does; null
 * when nobody does. Debian's own package makes them at installation only.
 */
export async function findHostKeyMaker(
  tree: FileTree,
  init: InitSystem,
  cloudInit: CloudInitFacts | null,
): Promise<string | null> {
  if (cloudInit?.enabledAtBoot === true && cloudInit.modules.includes("ssh")) return "cloud-init";
  return init.kind === "systemd" ? findInUnits(tree, init) : findInScripts(tree, init);
}

async function findInUnits(tree: FileTree, init: InitSystem): Promise<string | null> {
  const enabled = new Set((await init.enabledUnits()).slice(0, maxUnits));
  const candidates = new Set([...sshUnits, ...enabled]);
  for (const unit of candidates) {
    if (!unit.endsWith(".service") || (await init.maskedBy(unit)) !== null) continue;
    const isSshd = sshUnits.includes(unit);
    if (isSshd && !(await isUsed(init, unit))) continue;
    // only units whose name or place promises something are opened: there may be hundreds
    if (!isSshd && !/key|ssh|first|init|setup|regen|rc-local|boot/i.test(unit)) continue;
    if ((await init.heldBackBy(unit)) !== null) continue;
    const settings = await init.settingsOf(unit);
    const commands = settings.filter(({ key }) => key.startsWith("Exec")).map(({ value }) => value);
    if (commands.some(doesMakeKeys)) return unit;
    for (const command of commands) {
      if (await scriptMakesKeys(tree, command)) return unit;
    }
    if (!isSshd) continue;
    for (const pulled of [...wordsOf(settings, "Wants"), ...wordsOf(settings, "Requires")]) {
      const isKeygen = keygenUnits.includes(pulled) || pulled.startsWith("sshd-keygen@");
      if (isKeygen && (await isFree(init, pulled))) return pulled;
    }
  }
  const rcLocal = ((await tree.stat("/etc/rc.local"))?.mode ?? 0) & 0o111;
  if (rcLocal !== 0 && (await init.generatorPath("systemd-rc-local-generator")) !== null)
    return (await fileMakesKeys(tree, "/etc/rc.local")) ? "/etc/rc.local" : null;
  return null;
}

/** sshd-keygen.target of Fedora and Red Hat pulls in one instance of sshd-keygen@.service for each kind of key. */
async function isFree(init: InitSystem, unit: string): Promise<boolean> {
  const units = unit === "sshd-keygen.target" ? [unit, "sshd-keygen@.service"] : [unit];
  for (const needed of units) {
    if ((await init.unitPath(needed)) === null || (await init.maskedBy(needed)) !== null) return false;
    if ((await init.heldBackBy(needed)) !== null) return false;
  }
  return true;
}

/** The service, its socket, or for `ssh@` the socket that makes instances of it. */
async function isUsed(init: InitSystem, unit: string): Promise<boolean> {
  const stem = unit.replace(/@?\.service$/, "");
  if (!unit.includes("@") && (await init.enabledBy(unit)) !== null) return true;
  const socket = `${stem}.socket`;
  return (await init.maskedBy(socket)) === null && (await init.enabledBy(socket)) !== null;
}

/** A unit that runs a script of its own: a few kilobytes are looked at. */
async function scriptMakesKeys(tree: FileTree, command: string): Promise<boolean> {
  const path = /^[-@:+!|]*(?:\/(?:usr\/)?bin\/(?:ba|da)?sh\s+)?(\/[^\s'"]+)/.exec(
    command.slice(0, maxCommandLength),
  )?.[1];
  return path !== undefined && /key|ssh|first|regen|setup|\.sh$/i.test(path) && fileMakesKeys(tree, path);
}

async function fileMakesKeys(tree: FileTree, path: string): Promise<boolean> {
  const stat = await tree.stat(path);
  if (stat?.kind !== "file" || stat.sizeBytes > 64 * 1024) return false;
  return (await readLines(tree, path)).some(({ text }) => doesMakeKeys(text));
}

const bootScripts = [
  "/etc/init.d/sshd",
  "/etc/init.d/ssh",
  "/etc/init.d/dropbear",
  "/etc/rc.d/sshd",
  "/etc/sv/sshd/run",
  "/etc/rc",
  "/etc/rc.local",
  "/etc/init.d/rcS",
];

async function findInScripts(tree: FileTree, init: InitSystem): Promise<string | null> {
  const started = (await tree.readDirectory("/etc/init.d"))
    .filter((entry) => /^S\d\d/.test(entry.name))
    .map((entry) => `/etc/init.d/${entry.name}`);
  for (const path of [...bootScripts, ...started.slice(0, 100)]) {
    if (await fileMakesKeys(tree, path)) return path;
  }
  for (const unit of (await init.enabledUnits()).slice(0, maxUnits)) {
    const path = await init.unitPath(unit);
    if (path !== null && (await fileMakesKeys(tree, path))) return path;
  }
  return null;
}
