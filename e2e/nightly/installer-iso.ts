import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { isoGrubModules, isoGrubStart, writeBootableIso } from "#core/practice/practice-iso/bootable-iso.ts";
import { unpackDebianPackages } from "#e2e/fixtures/debian-packages.ts";
import { nodeProcesses } from "#system/node-processes.ts";

const volumeId = "Debian 13 amd64 n";
/** As on Debian's own netinst media: the same folder, titles and command lines. */
const menu = `menuentry --hotkey=g 'Graphical install' {
    set background_color=black
    linux    /install.amd/vmlinuz vga=788 --- quiet
    initrd   /install.amd/gtk/initrd.gz
}
menuentry --hotkey=i 'Install' {
    set background_color=black
    linux    /install.amd/vmlinuz vga=788 --- quiet
    initrd   /install.amd/initrd.gz
}
`;

/** A medium of the shape of Debian's netinst, with the installer's own kernel and initrd for the network. */
export async function writeInstallerIso(
  { kernel, initrd }: { kernel: string; initrd: string },
  work: string,
): Promise<string> {
  const tree = join(work, "iso");
  await mkdir(join(tree, "boot/grub"), { recursive: true });
  await mkdir(join(tree, "install.amd"));
  await copyFile(kernel, join(tree, "install.amd/vmlinuz"));
  await copyFile(initrd, join(tree, "install.amd/initrd.gz"));
  await writeFile(join(tree, "boot/grub/grub.cfg"), menu);
  const grub = await grubFolder(work);
  const early = join(work, "early.cfg");
  await writeFile(early, isoGrubStart(volumeId));
  const biosImage = join(work, "bios.img");
  const { common, bios } = isoGrubModules;
  const output = ["-O", "i386-pc-eltorito", "-o", biosImage, "-c", early, "-p", "/boot/grub"];
  await nodeProcesses.run(["grub-mkimage", "-d", grub, ...output, ...common, ...bios]);
  const target = join(work, "debian-13.iso");
  const hybridMbr = join(grub, "boot_hybrid.img");
  await writeBootableIso({ tree, target, volumeId, biosImage, efiImage: null, hybridMbr }, nodeProcesses);
  return target;
}

async function grubFolder(work: string): Promise<string> {
  const grub = "usr/lib/grub/i386-pc";
  if (existsSync(join("/", grub, "boot.img"))) return join("/", grub);
  await unpackDebianPackages(["grub-pc-bin"], join(work, "root"));
  return join(work, "root", grub);
}
