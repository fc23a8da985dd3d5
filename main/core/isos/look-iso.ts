import type { AnswerKind, IsoLook } from "#contract/install.ts";
import { readIso } from "#core/image/facts/iso.ts";
import { createFileTree, type FileTree } from "#core/image/filesystem/file-tree.ts";
import { openIso } from "#core/image/filesystem/iso/iso-filesystem.ts";
import { readIsoVolume } from "#core/image/filesystem/iso/volume-descriptors.ts";
import { identifyFile } from "#core/image/identify-file.ts";
import { unreadable } from "#core/image/source/binary.ts";
import { withPageCache } from "#core/image/source/page-cache.ts";
import { openRawDevice } from "#core/image/source/raw-device.ts";
import { withReadBudget } from "#core/image/source/read-budget.ts";
import { AppError } from "#core/lib/app-error.ts";
import { grubEntries, syslinuxEntries, type BootEntry } from "./boot-entries.ts";
import { serialCommandLine } from "./serial-command-line.ts";

const limits = { maxReads: 20_000, maxReadBytes: 256 * 1024 ** 2, timeoutMs: 10_000 };
const maxMenuBytes = 256 * 1024;

/** Where distributions keep the menus of their media. */
const grubMenus = [
  "/boot/grub/grub.cfg",
  "/boot/grub2/grub.cfg",
  "/EFI/BOOT/grub.cfg",
  "/boot/grub/x86_64-efi/grub.cfg",
];
const syslinuxMenus = [
  "/isolinux/isolinux.cfg",
  "/isolinux/txt.cfg",
  "/boot/syslinux/syslinux.cfg",
  "/syslinux/syslinux.cfg",
  "/boot/x86_64/loader/isolinux.cfg",
  "/isolinux.cfg",
  "/txt.cfg",
];

const answerKinds: Readonly<Record<string, AnswerKind>> = {
  "debian-installer": "preseed",
  subiquity: "autoinstall",
  anaconda: "kickstart",
  "setup-alpine": "alpine",
  yast: "autoyast",
};

/** What an ISO is, and how QEMU can start its installer without the menu. Throws as `identifyFile` does, or `bad-input`. */
export async function lookAtIso(path: string): Promise<IsoLook> {
  const file = await identifyFile(path);
  if (file.format !== "iso9660") {
    throw new AppError("bad-input", `${path} is no ISO image`, {
      hint: "A disk can be imported as a machine instead.",
    });
  }
  await using device = await openRawDevice(path);
  const budget = { ...limits, signal: AbortSignal.timeout(limits.timeoutMs) };
  const cached = withReadBudget(withPageCache(device), budget);
  const facts = await readIso(cached, []);
  const volume = await readIsoVolume(cached);
  if (volume === null) throw unreadable("The ISO has no primary volume descriptor");
  const tree = createFileTree([{ path: "/", filesystem: await openIso(cached, volume) }]);
  const installer = facts.installer ?? null;
  const entry = await findEntry(tree);
  return {
    path,
    volumeId: facts.volumeId,
    os: facts.osGuess,
    osId: facts.osId ?? null,
    installer,
    sizeBytes: device.sizeBytes,
    firmware: [...(facts.bootBios ? ["bios" as const] : []), ...(facts.bootUefi ? ["uefi" as const] : [])],
    direct:
      entry === null
        ? null
        : {
            kernelPath: entry.kernelPath,
            initrdPath: entry.initrdPath,
            commandLine: serialCommandLine(entry.commandLine, installer),
          },
    answerKind: answerKinds[installer ?? ""] ?? null,
  };
}

/** The entry of the medium's own menus to start: text before graphics, then what the menu itself would start. */
async function findEntry(tree: FileTree): Promise<BootEntry | null> {
  const entries: BootEntry[] = [];
  for (const path of grubMenus) entries.push(...grubEntries(await menuText(tree, path)));
  for (const path of syslinuxMenus) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    entries.push(...syslinuxEntries(await menuText(tree, path), folder));
  }
  // Of equals the menu's own order stays.
  const rank = (entry: BootEntry): number => (isText(entry) ? 0 : 2) + (entry.isDefault ? 0 : 1);
  const textFirst = entries.toSorted((a, b) => rank(a) - rank(b));
  for (const entry of textFirst) {
    const files = await Promise.all([tree.stat(entry.kernelPath), tree.stat(entry.initrdPath)]);
    if (files.every((file) => file?.kind === "file")) return entry;
  }
  return null;
}

/** Debian's media have an initrd of their own for the graphical installer, which shows nothing on a serial port. */
const isText = ({ initrdPath, title }: BootEntry): boolean =>
  !initrdPath.includes("/gtk/") && !/graphical|rescue|expert|speech|memory|test/i.test(title);

/** A damaged menu is no reason to fail: the medium's own menu can still be booted. */
async function menuText(tree: FileTree, path: string): Promise<string> {
  return (await tree.readText(path, maxMenuBytes).catch(() => null)) ?? "";
}
