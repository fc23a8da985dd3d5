import type { SelinuxFacts } from "#contract/facts-system.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { parseAssignments, readLines } from "./text-lines.ts";

const configPath = "/etc/selinux/config";
/** The first boot fails, or nobody can log in, when one of these is without a label under an enforcing policy. */
const sample = [
  "/etc/passwd",
  "/etc/shadow",
  "/etc/fstab",
  "/etc/ssh/sshd_config",
  "/usr/sbin/sshd",
  "/usr/bin/bash",
  "/usr/lib/systemd/systemd",
  "/var/log",
  "/root",
];

/** null where SELinux is not set up: no configuration, or no policy. The kernel command line comes after it. */
export async function readSelinux(tree: FileTree, commandLine: string): Promise<SelinuxFacts | null> {
  const lines = await readLines(tree, configPath);
  const setting = lines.findLast(({ text }) => /^SELINUX\s*=/.test(text));
  if (setting === undefined || (await tree.stat("/etc/selinux")) === null) return null;
  const value = (
    parseAssignments([{ ...setting, text: setting.text.replace(/\s*=\s*/, "=") }]).get("SELINUX") ?? ""
  ).toLowerCase();
  const mode = modeOf(value, commandLine);
  const pending =
    (await tree.lstat("/.autorelabel")) !== null || /(?:^|\s)autorelabel=1(?:\s|$)/.test(commandLine);
  return {
    mode,
    where: { path: configPath, line: setting.line },
    relabelPending: pending,
    unlabelled: mode === "disabled" ? [] : await findUnlabelled(tree),
  };
}

/** Kernel arguments selinux=0 and enforcing=0|1 (kernel-parameters.txt) overrule the file. */
function modeOf(value: string, commandLine: string): SelinuxFacts["mode"] {
  const argument = (name: string): string | undefined =>
    [...commandLine.matchAll(new RegExp(`(?:^|\\s)${name}=(\\S+)`, "g"))].at(-1)?.[1];
  if (argument("selinux") === "0" || value === "disabled") return "disabled";
  const enforcing = argument("enforcing");
  if (enforcing === "0") return "permissive";
  if (enforcing === "1") return "enforcing";
  return value === "enforcing" ? "enforcing" : "permissive";
}

async function findUnlabelled(tree: FileTree): Promise<string[] | null> {
  const labels = await Promise.all(
    sample.map(async (path) => {
      if ((await tree.lstat(path)) === null) return "absent";
      return tree.attribute(path, "security.selinux");
    }),
  );
  if (labels.includes("unsupported")) return null;
  return sample.filter((_path, index) => labels[index] === null);
}
