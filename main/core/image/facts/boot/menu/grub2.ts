import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { readLines } from "#core/image/facts/text-lines.ts";
import { entriesOf, runGrubScript, type GrubVariable } from "./grub-script.ts";
import { readLoaderEntries } from "./loader-entries.ts";
import type { RawMenu } from "./raw-entry.ts";

const loaderFolder = "/boot/loader/entries";

export interface GrubMenu {
  readonly entries: RawMenu;
  /** UUIDs of filesystems that the configuration looks for. */
  readonly searched: readonly string[];
  readonly configFile: string | null;
}

/** GRUB 2's menu: its own entries and, after `blscfg`, those in files. null: there is no such configuration. */
export async function readGrub2(tree: FileTree, path: string): Promise<GrubMenu | null> {
  const lines = await readLines(tree, path);
  if (lines.length === 0) return null;
  const environment = await readEnvironment(tree, path);
  const { nodes, variables, usesLoaderEntries, searched, configFile } = runGrubScript(
    path,
    lines,
    environment,
  );
  const chosen = variables.get("default")?.value ?? "0";
  const own = entriesOf(nodes, chosen);
  if (own.length > 0 && !usesLoaderEntries) return { entries: own, searched, configFile };
  // blscfg looks into the environment by itself
  const known = new Map([...environment, ...variables]);
  const fromFiles = await readLoaderEntries(tree, loaderFolder, chosen, known);
  return { entries: [...fromFiles, ...own], searched, configFile };
}

const environmentFiles = ["/boot/grub2/grubenv", "/boot/grub/grubenv"];

/** grubenv: whole lines of `name=value` without quotes; the one beside the configuration first. */
async function readEnvironment(tree: FileTree, configPath: string): Promise<Map<string, GrubVariable>> {
  const beside = configPath.replace(/[^/]*$/, "grubenv");
  for (const path of [beside, ...environmentFiles]) {
    const lines = await readLines(tree, path);
    if (lines.length === 0) continue;
    const values = new Map<string, GrubVariable>();
    for (const { line, text } of lines) {
      const [, name = "", value = ""] = /^(\w+)=(.*)$/.exec(text) ?? [];
      if (name !== "") values.set(name, { value, path, line });
    }
    return values;
  }
  return new Map();
}
