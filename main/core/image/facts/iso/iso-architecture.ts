import { architectureOfKernel, kernelHeadBytes } from "#core/image/facts/architecture.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";

/** Names of architectures as distributions write them, in the words of `uname -m`. */
const names: Readonly<Record<string, string>> = {
  amd64: "x86_64",
  "x86-64": "x86_64",
  x64free: "x86_64",
  x64fre: "x86_64",
  "64-bit": "x86_64",
  arm64: "aarch64",
  aarch64: "aarch64",
  a64free: "aarch64",
  a64fre: "aarch64",
  i386: "i386",
  i686: "i386",
  x86free: "i386",
  x86fre: "i386",
  riscv64: "riscv64",
  ppc64le: "ppc64le",
  ppc64el: "ppc64le",
  s390x: "s390x",
};
const nameIn = new RegExp(`(?:^|[^a-z0-9])(${Object.keys(names).join("|")})(?![a-z0-9])`, "i");

/** Of 64 and 32 bits on one medium the wider one is meant. */
const efiPrograms: readonly (readonly [string, string])[] = [
  ["/EFI/BOOT/BOOTX64.EFI", "x86_64"],
  ["/EFI/BOOT/BOOTAA64.EFI", "aarch64"],
  ["/EFI/BOOT/BOOTRISCV64.EFI", "riscv64"],
  ["/EFI/BOOT/BOOTIA32.EFI", "i386"],
];
const kernels = [
  "/install.amd/vmlinuz",
  "/install.a64/vmlinuz",
  "/install/vmlinuz",
  "/casper/vmlinuz",
  "/images/pxeboot/vmlinuz",
  "/isolinux/vmlinuz",
  "/boot/x86_64/loader/linux",
  "/boot/vmlinuz",
  "/boot/bzImage",
  "/live/vmlinuz",
  "/linux",
  "/arch/boot/x86_64/vmlinuz-linux",
  "/boot/vmlinuz-virt",
  "/boot/vmlinuz-lts",
  "/boot/kernel/kernel",
];

/** `texts`: the volume's name and what files say about the medium, the surest first. */
export async function isoArchitecture(tree: FileTree, texts: readonly string[]): Promise<string | null> {
  for (const text of texts) {
    const named = nameIn.exec(
      text
        .replaceAll("_DV", " ")
        .replace(/x86_64/gi, "amd64")
        .replaceAll("_", " "),
    )?.[1];
    if (named !== undefined) return names[named.toLowerCase()] ?? null;
  }
  for (const [path, architecture] of efiPrograms) {
    if ((await tree.stat(path)) !== null) return architecture;
  }
  for (const path of kernels) {
    const file = await tree.openFile(path);
    const found = file === null ? null : architectureOfKernel(await file.read(0, kernelHeadBytes));
    if (found !== null) return found;
  }
  return null;
}
