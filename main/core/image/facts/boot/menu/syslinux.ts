import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { readLines, type TextLine } from "#core/image/facts/text-lines.ts";
import { keywordLines } from "./keyword-lines.ts";
import { withDefaultFirst, type RawEntry, type RawMenu } from "./raw-entry.ts";

const maxIncludes = 10;
/** Labels that a `default` names when there is a menu: the program that draws it. */
const menuProgram = /\.c32$/;

interface Label {
  readonly name: string;
  kernel: string;
  initrds: string[];
  options: string;
  line: number;
  path: string;
}

/** extlinux.conf and syslinux.cfg (syslinux doc/syslinux.txt). Files that it includes lie beside it. */
export async function readSyslinux(tree: FileTree, path: string): Promise<RawMenu> {
  const labels: Label[] = [];
  let chosen = "";
  let globalOptions = "";
  let includes = 0;

  async function read(file: string, lines: readonly TextLine[]): Promise<void> {
    for (const { key, value, line } of keywordLines(lines)) {
      const current = labels.at(-1);
      if (key === "label") {
        labels.push({ name: value, kernel: "", initrds: [], options: "", line, path: file });
      } else if ((key === "default" || key === "ontimeout") && !menuProgram.test(value)) chosen = value;
      else if (key === "menu" && /^default\b/i.test(value)) chosen = current?.name ?? chosen;
      else if (key === "include" || key === "menu") {
        const name = /^(?:include\s+)?(\S+\.(?:cfg|conf))$/i.exec(value)?.[1];
        if (name === undefined || ++includes > maxIncludes) continue;
        const target = name.startsWith("/") ? name : `${path.slice(0, path.lastIndexOf("/"))}/${name}`;
        await read(target, await readLines(tree, target));
      } else if (current === undefined) {
        if (key === "append") globalOptions = value;
      } else if (key === "kernel" || key === "linux") current.kernel = value;
      else if (key === "initrd") current.initrds.push(...value.split(","));
      else if (key === "append") {
        current.options = value;
        current.line = line;
      }
    }
  }

  await read(path, await readLines(tree, path));
  const entries = new Map<string, RawEntry>();
  for (const label of labels) {
    if (label.kernel === "" || menuProgram.test(label.kernel)) continue;
    const words = (label.options === "" ? globalOptions : label.options).split(/\s+/);
    const inOptions = words
      .filter((word) => word.startsWith("initrd="))
      .flatMap((word) => word.slice(7).split(","));
    entries.set(label.name, {
      kernel: label.kernel,
      initrds: [...label.initrds, ...inOptions],
      options: words.filter((word) => !word.startsWith("initrd=")).join(" "),
      line: label.line,
      path: label.path,
    });
  }
  return withDefaultFirst([...entries.values()], entries.get(chosen.split(/\s/)[0] ?? "") ?? null);
}
