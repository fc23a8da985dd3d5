import type { BootFacts } from "#contract/facts-system.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import type { BlockDevice } from "#core/image/source/block-device.ts";
import type { Volume } from "#core/image/facts/volume.ts";
import type { BootEntry } from "./boot-entries.ts";
import { consolesOf, isSerial, readComingCommandLine, rootSpecOf, wordsOf } from "./command-line.ts";
import { readBiosBoot } from "./firmware/bios.ts";
import { readEfiPrograms } from "./firmware/efi.ts";
import { findLostStubs } from "./firmware/efi-stub.ts";
import { findExtlinux } from "./firmware/extlinux.ts";

/** What is known before the boot chain is looked at. `tree`: null without an operating system. */
export interface BootPlaces {
  readonly disk: BlockDevice;
  /** Partitions and logical volumes. */
  readonly volumes: readonly Volume[];
  readonly tree: FileTree | null;
  /** The FAT partitions that can be an EFI system partition. */
  readonly efiTrees: readonly FileTree[];
  /** As `uname -m` gives it; null when it is not known. */
  readonly architecture: string | null;
}

export async function readBoot(
  places: BootPlaces,
  entries: readonly BootEntry[],
  notes: string[],
): Promise<BootFacts> {
  const { disk, volumes, tree, efiTrees, architecture } = places;
  const trees = tree === null ? efiTrees : [tree, ...efiTrees];
  const [bios, efi, extlinux, lostStubs] = await Promise.all([
    readBiosBoot(
      disk,
      volumes.filter(({ logicalVolume }) => logicalVolume === null).map(({ partition }) => partition),
    ),
    readEfiPrograms(efiTrees, architecture),
    findExtlinux(trees),
    findLostStubs(efiTrees, volumes),
  ]);
  notes.push(...lostStubs);
  if (bios.loader === "lilo") notes.push("The disk boots with LILO.");
  const commandLine = entries[0]?.commandLine ?? null;
  if (tree !== null && commandLine !== null) await noteComingChange(tree, commandLine.text, notes);
  const consoles = commandLine === null ? [] : consolesOf(commandLine.text);
  return {
    biosBootCode: bios.bootCode,
    grubCore: bios.grubCore,
    extlinuxPath: bios.loader === "syslinux" ? extlinux : null,
    efiRemovablePath: efi.removablePath,
    efiPrograms: [...efi.others],
    kernelCommandLine: commandLine?.text ?? null,
    commandLineFrom: commandLine?.where ?? null,
    consoles,
    serialConsole: commandLine === null ? null : consoles.some(isSerial),
    rootSpec: commandLine === null ? null : rootSpecOf(commandLine.text),
  };
}

/** Arguments that a menu's generator adds by itself, or that differ from one run to the next. */
const generated =
  /^(?:root|ro|rw|BOOT_IMAGE|rootflags|boot|resume|quiet|splash|vt|crashkernel|recovery|nomodeset)\b/;

/** A change in a generator's settings that is not in the menu yet comes with the next kernel, as a surprise. */
async function noteComingChange(tree: FileTree, current: string, notes: string[]): Promise<void> {
  const coming = await readComingCommandLine(tree);
  if (coming === null) return;
  const now = new Set(wordsOf(current));
  const missing = coming.arguments.filter(
    (word) => !now.has(word) && !generated.test(word) && !word.includes("$"),
  );
  if (missing.length === 0) return;
  notes.push(
    `${printable(coming.where.path)} has kernel arguments that the boot menu lacks: ` +
      `${printable(missing.join(" "))}. They come into effect when the menu is made anew.`,
  );
}
