import type { RawEntry } from "./raw-entry.ts";

/** An entry or a submenu of GRUB's menu. */
export interface MenuNode {
  readonly title: string;
  readonly id: string;
  readonly children: readonly MenuNode[];
  /** null for a submenu and for an entry that starts no Linux. */
  readonly entry: RawEntry | null;
}

interface OpenNode {
  readonly kind: "menuentry" | "submenu";
  readonly title: string;
  readonly id: string;
  readonly children: MenuNode[];
  entry: { kernel: string; initrds: string[]; options: string; line: number } | null;
}

export interface MenuBuilder {
  open(kind: "menuentry" | "submenu", title: string, id: string): void;
  /** A command that is skipped may open a block whose end will come. */
  ignored(command: string): void;
  close(): void;
  command(command: string, words: () => readonly string[], line: number): void;
  isInside(): boolean;
  nodes(): readonly MenuNode[];
}

const maxDepth = 20;
const linux = /^(?:linux|linux16|linuxefi)$/;
const initrd = /^(?:initrd|initrd16|initrdefi)$/;

/** Puts the menu together while the script runs. Commands outside of an entry make one of their own. */
export function menuBuilder(): MenuBuilder {
  const top: MenuNode[] = [];
  const stack: OpenNode[] = [];
  /** Blocks inside of one that is not looked at. */
  let skipped = 0;
  let loose: OpenNode | null = null;

  const childrenHere = (): MenuNode[] => stack.at(-1)?.children ?? top;
  const flushLoose = (): void => {
    if (loose !== null) top.push(finished(loose));
    loose = null;
  };
  const currentEntry = (): OpenNode => {
    const inside = stack.at(-1);
    if (inside !== undefined) return inside;
    loose ??= { kind: "menuentry", title: "", id: "", children: [], entry: null };
    return loose;
  };

  return {
    open: (kind, title, id) => {
      flushLoose();
      if (skipped > 0 || stack.length >= maxDepth) skipped++;
      else stack.push({ kind, title, id, children: [], entry: null });
    },
    ignored: (command) => {
      if (command === "menuentry" || command === "submenu") skipped++;
    },
    close: () => {
      if (skipped > 0) skipped--;
      else {
        const node = stack.pop();
        if (node !== undefined) childrenHere().push(finished(node));
      }
    },
    isInside: () => stack.length + skipped > 0,
    command: (command, words, line) => {
      // Xen: the kernel and its initramfs are modules of the hypervisor
      const isModule = /^module2?$/.test(command);
      if (skipped > 0 || (!linux.test(command) && !initrd.test(command) && !isModule)) return;
      const node = currentEntry();
      const [first = "", ...rest] = words().filter((word) => word !== "--nounzip");
      if (linux.test(command) || (isModule && node.entry === null)) {
        if (node === loose && node.entry !== null) {
          flushLoose();
          currentEntry().entry = { kernel: first, initrds: [], options: rest.join(" "), line };
        } else node.entry ??= { kernel: first, initrds: [], options: rest.join(" "), line };
      } else node.entry?.initrds.push(first, ...rest);
    },
    nodes: () => {
      flushLoose();
      for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
        childrenHere().push(finished(node));
      }
      return top;
    },
  };
}

const finished = ({ kind, title, id, children, entry }: OpenNode): MenuNode => ({
  title,
  id,
  children,
  entry: kind === "menuentry" ? entry : null,
});
