import type { TextLine } from "#core/image/facts/text-lines.ts";
import { keywordLines } from "./keyword-lines.ts";
import { withDefaultFirst, type RawEntry, type RawMenu } from "./raw-entry.ts";

interface Draft {
  kernel: string | null;
  initrds: string[];
  options: string;
  line: number;
}

/** menu.lst of GRUB 0.97, which Xen's pv-grub and pygrub read as well: `title`, then `kernel` and `initrd`. */
export function parseGrubLegacy(lines: readonly TextLine[]): RawMenu {
  const entries: Draft[] = [];
  let chosen = 0;
  for (const { key, value, line } of keywordLines(lines)) {
    const current = entries.at(-1);
    const words = value.split(/\s+/);
    if (key === "default" && /^\d+$/.test(value)) chosen = Number(value);
    else if (key === "title") entries.push({ kernel: null, initrds: [], options: "", line });
    else if (current === undefined) continue;
    else if (key === "kernel" || (key === "module" && isHypervisor(current.kernel))) {
      current.kernel = words[0] ?? "";
      current.options = words.slice(1).join(" ");
      current.line = line;
    } else if (key === "initrd" || key === "module") current.initrds.push(words[0] ?? "");
  }
  const drafts: RawEntry[] = entries;
  const startable = drafts.filter((entry) => entry.kernel !== null && !isHypervisor(entry.kernel));
  return withDefaultFirst(startable, startable.find((entry) => entry === drafts[chosen]) ?? null);
}

const isHypervisor = (kernel: string | null): boolean => kernel !== null && /\/xen[^/]*\.gz$/.test(kernel);
