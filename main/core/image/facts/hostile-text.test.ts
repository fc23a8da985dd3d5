import { describe, expect, it } from "vitest";
import { createMemoryTree, type MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { readBootEntries } from "./boot/boot-entries.ts";
import { readComingCommandLine } from "./boot/command-line.ts";
import { readMedium } from "./iso/medium.ts";
import { readKernelModules } from "./kernel-modules.ts";
import { readPackages } from "./packages/packages.ts";

const MiB = 1024 ** 2;
const filled = (text: string, bytes: number): string => text.repeat(Math.floor(bytes / text.length));

/** Text that makes a naive reader go over it again and again. Sizes are the largest that are read. */
describe("hostile text costs no more than its size", () => {
  const modules = (list: string): MemoryFiles => ({ "/lib/modules/1/modules.dep": list });
  const menu = (text: string): MemoryFiles => ({ "/boot/grub/grub.cfg": text });
  const entry = { "/boot/grub2/grub.cfg": `set a=${"x".repeat(8000)}\nblscfg\n` };
  it.each<[string, MemoryFiles, (files: MemoryFiles) => Promise<unknown>]>([
    ["a list of modules on one line", modules(filled("/virtio_scsi.ko:", 8 * MiB)), readModules],
    ["menus in menus", menu(filled("menuentry x {\nlinux /y\n", MiB)), readMenu],
    [
      "menus that are skipped",
      menu(`if [ a = b ]; then\n${filled("menuentry x {\nlinux /y\n", MiB - 100)}`),
      readMenu,
    ],
    ["tests in tests", menu(filled("if true\n", MiB)), readMenu],
    ["one word after another", menu(filled("then ", MiB)), readMenu],
    [
      "a variable again and again",
      { ...entry, "/boot/loader/entries/a.conf": `linux /k\noptions ${filled("$a", MiB - 100)}\n` },
      readMenu,
    ],
    [
      "settings that hold themselves",
      {
        "/etc/default/grub": filled(
          `GRUB_CMDLINE_LINUX="${"$GRUB_CMDLINE_LINUX a ".repeat(200)}"\n`,
          MiB - 10_000,
        ),
      },
      (files) => readComingCommandLine(createMemoryTree(files)),
    ],
    ["stanzas of nothing", { "/var/lib/dpkg/status": filled("a\n\n", 16 * MiB) }, readAllPackages],
    [
      "a stanza without an end",
      { "/var/lib/dpkg/status": filled("Package: x\n", 32 * MiB) },
      readAllPackages,
    ],
    [
      "blanks on an ISO",
      { "/.disk/info": `a${" ".repeat(60_000)}`, "/.treeinfo": `name = a${" ".repeat(60_000)}b` },
      readIso,
    ],
  ])("%s", async (_name, files, read) => {
    const started = performance.now();
    await read(files).catch((error: unknown) => {
      // the call stack ends: `attempt` tells it as damage
      expect(error).toBeInstanceOf(RangeError);
    });
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

const readModules = (files: MemoryFiles): Promise<unknown> =>
  readKernelModules(createMemoryTree(files), "1", ["virtio_scsi", "virtio_blk"]);
const readMenu = (files: MemoryFiles): Promise<unknown> => readBootEntries(createMemoryTree(files));
const readAllPackages = (files: MemoryFiles): Promise<unknown> => readPackages(createMemoryTree(files));
const readIso = (files: MemoryFiles): Promise<unknown> => readMedium(createMemoryTree(files), "X");
