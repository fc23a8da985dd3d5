/** One entry of a boot menu that starts a Linux kernel. Paths as they are written, absolute. */
export interface BootEntry {
  readonly title: string;
  readonly kernelPath: string;
  readonly initrdPath: string;
  /** What the menu gives the kernel, without the initrd. */
  readonly commandLine: string;
  /** What the menu starts when nobody chooses. */
  readonly isDefault: boolean;
}

const maxEntries = 100;

/**
 * Entries of a GRUB 2 configuration: `menuentry` with `linux`/`linuxefi`/`linux16` and `initrd…`. Scripts are not
 * run: what depends on a variable is left out. https://www.gnu.org/software/grub/manual/grub/
 */
export function grubEntries(text: string): BootEntry[] {
  const entries: BootEntry[] = [];
  let title = "";
  let kernel: string[] | null = null;
  let count = -1;
  // The last word counts; what a variable holds is not known.
  const wanted = [...text.matchAll(/^\s*set\s+default=["']?(\d+|[^"'$\n]+?)["']?\s*$/gm)].at(-1)?.[1] ?? "0";
  for (const line of text.split(/\r?\n/)) {
    const words = wordsOf(line);
    const [command = "", ...rest] = words;
    if (command === "menuentry") {
      title = rest.find((word) => !word.startsWith("--")) ?? "";
      kernel = null;
      count += 1;
    } else if (/^\$?linux(?:efi|16)?$/.test(command)) kernel = rest;
    else if (/^\$?initrd(?:efi|16)?$/.test(command) && kernel !== null) {
      const entry = entryOf(title, kernel, rest[0]);
      if (entry !== null) entries.push({ ...entry, isDefault: wanted === String(count) || wanted === title });
      kernel = null;
    }
    if (entries.length >= maxEntries) break;
  }
  return entries;
}

/**
 * Entries of an ISOLINUX or SYSLINUX configuration: `label` with `kernel`/`linux` and `append … initrd=…` or `initrd`.
 * Relative names lie in `folder`, that of the configuration. https://wiki.syslinux.org/wiki/index.php?title=Config
 */
export function syslinuxEntries(text: string, folder: string): BootEntry[] {
  const entries: BootEntry[] = [];
  let label = { title: "", kernel: "", initrd: "", append: "" };
  const wanted = /^\s*default\s+(\S+)/im.exec(text)?.[1] ?? "";
  const keep = (): void => {
    const words = label.append.split(/\s+/).filter((word) => word !== "");
    const inline = words.find((word) => word.startsWith("initrd="))?.slice("initrd=".length);
    const rest = words.filter((word) => !word.startsWith("initrd="));
    const below = (path: string): string => (path.startsWith("/") ? path : `${folder}/${path}`);
    const initrd = label.initrd !== "" ? label.initrd : (inline ?? "");
    if (label.kernel === "" || initrd === "") return;
    const entry = entryOf(label.title, [below(label.kernel), ...rest], below(initrd));
    if (entry !== null) entries.push({ ...entry, isDefault: label.title === wanted });
  };
  for (const line of text.split(/\r?\n/)) {
    const found = /^\s*(\w+)\s+(.*?)\s*$/.exec(line);
    const [, command = "", value = ""] = found ?? [];
    switch (command.toLowerCase()) {
      case "label":
        keep();
        label = { title: value, kernel: "", initrd: "", append: "" };
        break;
      case "kernel":
      case "linux":
        label.kernel = value;
        break;
      case "initrd":
        label.initrd = value;
        break;
      case "append":
        label.append = value;
        break;
      default:
    }
    if (entries.length >= maxEntries) return entries;
  }
  keep();
  return entries;
}

function entryOf(
  title: string,
  kernel: readonly string[],
  initrd: string | undefined,
): Omit<BootEntry, "isDefault"> | null {
  const [kernelPath, ...words] = kernel;
  // several initrds at once are told as a list with commas; the first is the installer's own
  const initrdPath = initrd?.split(",")[0];
  if (kernelPath === undefined || initrdPath === undefined) return null;
  const commandLine = words.join(" ");
  if (!isPath(kernelPath) || !isPath(initrdPath) || commandLine.includes("$")) return null;
  return { title, kernelPath, initrdPath, commandLine };
}

const isPath = (path: string): boolean => /^\/[^$(){}\s]+$/.test(path);

/** Words of a line with single and double quotes taken off; a comment ends it. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  for (const found of line.matchAll(/'([^']*)'|"((?:[^"\\]|\\.)*)"|([^\s'"]+)/g)) {
    const bare = found[3];
    if (bare?.startsWith("#") === true) break;
    words.push(found[1] ?? found[2]?.replace(/\\(.)/g, "$1") ?? bare ?? "");
  }
  return words;
}
