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
