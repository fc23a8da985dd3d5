import type { FileTree } from "#core/image/filesystem/file-tree.ts";

/** e_machine of the ELF header (System V ABI), with the names that `uname -m` gives. */
const machines: Readonly<Record<number, string>> = {
  3: "i386",
  8: "mips",
  20: "ppc",
  21: "ppc64le",
  22: "s390x",
  40: "arm",
  62: "x86_64",
  183: "aarch64",
  243: "riscv64",
  258: "loongarch64",
};

/** Programs that every system has; the first one that is ELF decides. */
const programs = [
  "/bin/sh",
  "/sbin/init",
  "/usr/lib/systemd/systemd",
  "/bin/busybox",
  "/usr/bin/env",
  "/bin/ls",
];

/** Of the installed programs, as `uname -m` names it; null when there is none. */
export async function readArchitecture(tree: FileTree): Promise<string | null> {
  for (const path of programs) {
    const file = await tree.openFile(path);
    if (file === null) continue;
    const head = await file.read(0, 20);
    if (head.length < 20 || head.readUInt32BE(0) !== 0x7f45_4c46) continue;
    const machine = head[5] === 2 ? head.readUInt16BE(18) : head.readUInt16LE(18);
    return machines[machine] ?? `ELF machine ${machine}`;
  }
  return null;
}

/** Machine types of the PE format: EFI programs, and kernels that are one. */
const peMachines: Readonly<Record<number, string>> = {
  0x014c: "i386",
  0x8664: "x86_64",
  0xaa64: "aarch64",
  0x5064: "riscv64",
  0x6264: "loongarch64",
};

/** Of an EFI program by its PE header, which the word at 0x3c points to; null when it is none. */
export function architectureOfPe(head: Buffer): string | null {
  if (head.length < 0x40 || head.toString("latin1", 0, 2) !== "MZ") return null;
  const at = head.readUInt32LE(0x3c);
  if (at + 6 > head.length || head.toString("latin1", at, at + 4) !== "PE\0\0") return null;
  return peMachines[head.readUInt16LE(at + 4)] ?? null;
}

/** Bytes that `architectureOfKernel` and `architectureOfPe` look at. */
export const kernelHeadBytes = 4096;

/**
 * Of a kernel image. Documentation/arch/x86/boot.rst: xloadflags bit 0 = a 64-bit entry point;
 * arch/arm64/booting.rst: "ARM\x64" at 56; else ELF or PE.
 */
export function architectureOfKernel(head: Buffer): string | null {
  if (head.length >= 0x240 && head.toString("latin1", 0x202, 0x206) === "HdrS") {
    return (head.readUInt16LE(0x236) & 1) === 1 ? "x86_64" : "i386";
  }
  if (head.length >= 64 && head.toString("latin1", 56, 60) === "ARM\x64") return "aarch64";
  if (head.length >= 64 && head.toString("latin1", 56, 60) === "RSC\x05") return "riscv64";
  if (head.length >= 20 && head.readUInt32BE(0) === 0x7f45_4c46)
    return machines[head.readUInt16LE(18)] ?? null;
  return architectureOfPe(head);
}

/** The architecture of the kernel file at `path`; null when it is not there or not known. */
export async function readKernelArchitecture(tree: FileTree, path: string): Promise<string | null> {
  const file = await tree.openFile(path);
  return file === null ? null : architectureOfKernel(await file.read(0, kernelHeadBytes));
}
