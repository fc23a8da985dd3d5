import type { Where } from "#contract/where.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { listOf, type UnitSetting } from "./unit-file.ts";

/** Places that are the same at the first boot as in the image; /run, /sys, /proc and /dev are not. */
const isFixed = (path: string): boolean => /^\/(?:etc|usr|opt|root|srv|var\/lib)\//.test(path);
const maxConditions = 50;

export interface BootState {
  readonly commandLine: string;
  readonly isFirstBoot: boolean;
}

/** true or false where the image decides; null where only the running machine can. */
async function holds(tree: FileTree, key: string, value: string, boot: BootState): Promise<boolean | null> {
  if (key === "ConditionFirstBoot") return /^(?:1|y|yes|t|true|on)$/i.test(value) === boot.isFirstBoot;
  if (key === "ConditionKernelCommandLine") {
    const words = boot.commandLine.split(/\s+/);
    return words.some((word) => word === value || (!value.includes("=") && word.startsWith(`${value}=`)));
  }
  if (!isFixed(value)) return null;
  const stat = await tree.stat(value);
  switch (key) {
    case "ConditionPathExists":
      return stat !== null;
    case "ConditionPathIsDirectory":
      return stat?.kind === "directory";
    case "ConditionFileNotEmpty":
      return stat?.kind === "file" && stat.sizeBytes > 0;
    case "ConditionFileIsExecutable":
      return stat?.kind === "file" && (stat.mode & 0o111) !== 0;
    case "ConditionPathIsSymbolicLink":
      return (await tree.lstat(value))?.kind === "symlink";
    default:
      return null;
  }
}

/** The first condition or assertion that keeps a unit from starting; those with `|` need only one of them. */
export async function failingCondition(
  tree: FileTree,
  settings: readonly UnitSetting[],
  boot: BootState,
): Promise<Where | null> {
  const keys = new Set(
    settings.map(({ key }) => key).filter((key) => /^(?:Condition|Assert)[A-Z]/.test(key)),
  );
  const conditions = [...keys].flatMap((key) => listOf(settings, key)).slice(0, maxConditions);
  let triggering: Where | null = null;
  let isTriggered = false;
  for (const { key, value, where } of conditions) {
    const [, pipe = "", not = "", plain = ""] = /^(\|?)\s*(!?)\s*(.*)$/.exec(value) ?? [];
    const known = await holds(tree, key.replace(/^Assert/, "Condition"), plain, boot);
    const result = known === null ? null : known !== (not === "!");
    if (pipe === "" && result === false) return where;
    if (pipe === "|") {
      triggering ??= where;
      if (result !== false) isTriggered = true;
    }
  }
  return isTriggered ? null : triggering;
}
