import type { TextLine } from "#core/image/facts/text-lines.ts";

/** One entry of a boot menu, with paths as the boot loader names them. */
export interface RawEntry {
  readonly kernel: string;
  readonly initrds: readonly string[];
  readonly options: string;
  readonly line: number;
}

/**
 * Entries of a grub.cfg with their kernel, the default one first. GRUB's configuration is a shell script; what
 * counts here is written plainly by every generator: `menuentry … {`, `linux PATH OPTIONS`, `initrd PATH…`,
 * `set default="0"`. Assignments of plain values are put in for `$name`.
 */
export function parseGrubConfig(lines: readonly TextLine[]): RawEntry[] {
  const variables = new Map<string, string>();
  const entries: RawEntry[] = [];
  let entry: { kernel: string; initrds: string[]; options: string; line: number } | null = null;
  // like GRUB, put in nothing for what was never set
  const expand = (text: string): string =>
    text.replace(/\$\{?(\w+)\}?/g, (_whole, name: string) => variables.get(name) ?? "");
  for (const { line, text: raw } of joinContinued(lines)) {
    const assignment = /^set\s+(\w+)=["']?([^"']*)["']?$/.exec(raw);
    if (assignment !== null) {
      const [, name = "", value = ""] = assignment;
      if (!value.includes("$")) variables.set(name, value);
      continue;
    }
    const text = expand(raw);
    if (/^menuentry\s/.test(text)) entry = null;
    // an entry may stand on one line: menuentry "x" { linux /vmlinuz root=…
    const linux = /(?:^|[{;]\s*)(?:linux|linux16|linuxefi)\s+(\S+)\s*([^;}]*)/.exec(text);
    if (linux !== null) {
      entry = { kernel: linux[1] ?? "", initrds: [], options: (linux[2] ?? "").trim(), line };
      entries.push(entry);
    }
    const initrd = /(?:^|[{;]\s*)(?:initrd|initrd16|initrdefi)\s+([^;}]+)/.exec(text);
    if (initrd !== null && entry !== null) {
      entry.initrds.push(...(initrd[1] ?? "").trim().split(/\s+/));
    }
  }
  const chosen = Number(variables.get("default") ?? "0");
  const first = Number.isInteger(chosen) ? entries[chosen] : undefined;
  return first === undefined ? entries : [first, ...entries.filter((other) => other !== first)];
}

/** A backslash at the end goes on in the next line. */
function* joinContinued(lines: readonly TextLine[]): Generator<TextLine> {
  let open: TextLine | null = null;
  for (const next of lines) {
    const text: string = open === null ? next.text : `${open.text} ${next.text}`;
    const line: number = open?.line ?? next.line;
    if (text.endsWith("\\")) open = { line, text: text.slice(0, -1).trim() };
    else {
      open = null;
      yield { line, text };
    }
  }
  if (open !== null) yield open;
}
