import type { Where } from "#contract/where.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { parseAssignments, readLines } from "#core/image/facts/text-lines.ts";

/** Documentation/admin-guide/kernel-parameters.txt: blanks part the arguments, quotes hold them together. */
export const wordsOf = (commandLine: string): string[] =>
  commandLine.match(/(?:[^\s"]|"[^"]*")+/g)?.slice(0, 1000) ?? [];

/** Values of `name=`, in order. */
export const valuesOf = (commandLine: string, name: string): string[] =>
  wordsOf(commandLine)
    .filter((word) => word.startsWith(`${name}=`))
    .map((word) => word.slice(name.length + 1).replace(/^"(.*)"$/, "$1"));

/** `ttyS0` of `ttyS0,115200n8`; the last one is /dev/console. */
export const consolesOf = (commandLine: string): string[] =>
  valuesOf(commandLine, "console")
    .map((value) => value.split(",")[0] ?? "")
    .filter((value) => value !== "");

/** Whether a provider's serial console shows something: a port of a PC, of an ARM machine, or of the hypervisor. */
export const isSerial = (console: string): boolean => /^(?:ttyS|ttyAMA|hvc|ttysclp)\d/.test(console);

/** What comes from the kernel command line and from nothing else. The last `root=` counts. */
export const rootSpecOf = (commandLine: string): string | null =>
  valuesOf(commandLine, "root").at(-1) ?? null;

/** COMMAND_LINE_SIZE of no architecture is larger. */
const maxLineLength = 4096;

/** What the next update of the menu will write. */
export interface ComingCommandLine {
  readonly arguments: readonly string[];
  readonly where: Where;
}

/**
 * /etc/default/grub (grub-mkconfig) with Debian's grub.d, or /etc/kernel/cmdline (kernel-install(8)); null when
 * there is neither. The first one lacks `root=`, which is found at that time.
 */
export async function readComingCommandLine(tree: FileTree): Promise<ComingCommandLine | null> {
  let arguments_: string | null = null;
  let path = "/etc/default/grub";
  const folder = "/etc/default/grub.d";
  const more = (await tree.readDirectory(folder))
    .map(({ name }) => name)
    .filter((name) => name.endsWith(".cfg"));
  const values = new Map<string, string>();
  for (const file of [path, ...more.slice(0, 50).map((name) => `${folder}/${name}`)]) {
    for (const [key, value] of parseAssignments(await readLines(tree, file))) {
      if (!/^GRUB_CMDLINE_LINUX(?:_DEFAULT)?$/.test(key)) continue;
      const before = values.get(key) ?? "";
      values.set(
        key,
        value
          .slice(0, maxLineLength)
          .replace(/\$\{?(\w+)\}?/g, (_whole, name: string) => (name === key ? before : ""))
          .slice(0, maxLineLength),
      );
      path = file;
    }
  }
  if (values.size > 0) {
    arguments_ = `${values.get("GRUB_CMDLINE_LINUX") ?? ""} ${values.get("GRUB_CMDLINE_LINUX_DEFAULT") ?? ""}`;
  } else {
    path = "/etc/kernel/cmdline";
    const lines = await readLines(tree, path);
    if (lines.length > 0) arguments_ = lines.map(({ text }) => text).join(" ");
  }
  return arguments_ === null ? null : { arguments: wordsOf(arguments_), where: { path, line: null } };
}
