import type { Signatures } from "./image-format.ts";

/** What is recognised only to be named: archives, and disk formats that no provider takes. */
interface ForeignFormat {
  readonly name: string;
  readonly kind: "archive" | "disk";
  matches(signatures: Signatures): boolean;
  readonly hint: string;
}

const startsWith =
  (...bytes: number[]) =>
  ({ head }: Signatures): boolean =>
    bytes.every((byte, index) => head[index] === byte);
const text =
  (value: string, at = 0) =>
  ({ head }: Signatures): boolean =>
    head.toString("latin1", at, at + value.length) === value;

const unpack = (command: string): string => `Unpack it first, for example with \`${command}\`.`;
const convert = "Convert it to qcow2 with the program it comes from or with `qemu-img convert`.";

export const foreignFormats: readonly ForeignFormat[] = [
  { name: "gzip", kind: "archive", matches: startsWith(0x1f, 0x8b, 8), hint: unpack("gunzip FILE") },
  {
    name: "bzip2",
    kind: "archive",
    matches: ({ head }) => /^BZh[1-9]1AY&SY/.test(head.toString("latin1", 0, 10)),
    hint: unpack("bunzip2 FILE"),
  },
  {
    name: "xz",
    kind: "archive",
    matches: startsWith(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0),
    hint: unpack("unxz FILE"),
  },
  { name: "zstd", kind: "archive", matches: startsWith(0x28, 0xb5, 0x2f, 0xfd), hint: unpack("unzstd FILE") },
  { name: "lz4", kind: "archive", matches: startsWith(0x04, 0x22, 0x4d, 0x18), hint: unpack("unlz4 FILE") },
  { name: "zip", kind: "archive", matches: startsWith(0x50, 0x4b, 3, 4), hint: unpack("unzip FILE") },
  {
    name: "7-Zip",
    kind: "archive",
    matches: startsWith(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c),
    hint: unpack("7z x FILE"),
  },
  { name: "tar", kind: "archive", matches: text("ustar", 257), hint: unpack("tar xf FILE") },
  { name: "Bochs", kind: "disk", matches: text("Bochs Virtual HD Image"), hint: convert },
  {
    name: "Parallels",
    kind: "disk",
    matches: (s) => text("WithoutFreeSpace")(s) || text("WithouFreSpacExt")(s),
    hint: convert,
  },
  { name: "QED", kind: "disk", matches: text("QED\0"), hint: convert },
  {
    name: "qcow version 1",
    kind: "disk",
    matches: startsWith(0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 1),
    hint: convert,
  },
  { name: "cloop", kind: "disk", matches: text("#!/bin/sh\n#V2.0 Format"), hint: convert },
  {
    name: "Apple disk image",
    kind: "disk",
    matches: ({ tail }) => tail.toString("latin1", 0, 4) === "koly",
    hint: convert,
  },
];
