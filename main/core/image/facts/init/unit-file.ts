import type { Where } from "#contract/where.ts";
import { printable } from "#core/image/source/binary.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { maxConfigBytes } from "#core/image/facts/text-lines.ts";

/** One assignment of systemd.syntax(7). An empty value resets a list. */
export interface UnitSetting {
  readonly section: string;
  readonly key: string;
  readonly value: string;
  readonly where: Where;
}

const maxSettings = 2000;

export async function readUnitFile(tree: FileTree, path: string): Promise<UnitSetting[]> {
  if ((await tree.stat(path))?.kind !== "file") return [];
  return parseUnit((await tree.readText(path, maxConfigBytes)) ?? "", printable(path));
}

export function parseUnit(text: string, path: string): UnitSetting[] {
  const settings: UnitSetting[] = [];
  let section = "";
  let continued = "";
  let startLine = 0;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line.startsWith("#") || line.startsWith(";")) continue; // also between continued lines
    if (continued === "") startLine = index + 1;
    if (line.endsWith("\\")) {
      continued += `${line.slice(0, -1).trimEnd()} `;
      continue;
    }
    const whole = continued + line;
    continued = "";
    const head = /^\[([^\]]+)\]$/.exec(whole);
    if (head !== null) section = head[1] ?? "";
    const at = whole.indexOf("=");
    if (head !== null || at <= 0) continue;
    const key = whole.slice(0, at).trim();
    settings.push({ section, key, value: whole.slice(at + 1).trim(), where: { path, line: startLine } });
    if (settings.length >= maxSettings) break;
  }
  return settings;
}

/** Values of a list setting after its resets. */
export function listOf(settings: readonly UnitSetting[], key: string): UnitSetting[] {
  const values: UnitSetting[] = [];
  for (const setting of settings) {
    if (setting.key !== key) continue;
    if (setting.value === "") values.length = 0;
    else values.push(setting);
  }
  return values;
}

/** Words of a list setting: `WantedBy=a b`. */
export const wordsOf = (settings: readonly UnitSetting[], key: string): string[] =>
  listOf(settings, key).flatMap(({ value }) => value.split(/\s+/));
