import type { CompressionName } from "#core/image/compression/compressions.ts";
import { printable } from "#core/image/source/binary.ts";
import type { Signatures } from "./image-format.ts";

/** What is recognised and is no image: archives, and disk formats that no provider takes. */
export interface ForeignFormat {
  readonly name: string;
  readonly kind: "archive" | "disk";
  /** The archive holds one file and nothing else, and is unpacked by `compression/`. */
  readonly unpackedAs: CompressionName | null;
  matches(signatures: Signatures): boolean;
  /** In words that follow "is" or "holds". */
  describe(head: Buffer): string;
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

const archive = (
  name: string,
  command: string,
  matches: ForeignFormat["matches"],
  unpackedAs: CompressionName | null = null,
): ForeignFormat => ({
  name,
  kind: "archive",
  unpackedAs,
  matches,
  describe: () => `packed data (${name})`,
  hint: unpack(command),
});

const disk = (name: string, matches: ForeignFormat["matches"]): ForeignFormat => ({
  name,
  kind: "disk",
  unpackedAs: null,
  matches,
  describe: () => `a disk in the ${name} format`,
  hint: convert,
});

/** POSIX ustar: the first member's name, 100 bytes at the beginning. */
function describeTar(head: Buffer): string {
  const name = printable(head.toString("latin1", 0, 100).split("\0")[0] ?? "", 60);
  if (/\.ovf$/i.test(name)) return "an OVA appliance (a tar archive with its disks in it)";
  if (name === "disk.raw") return "a tar archive with “disk.raw” in it, as Google Compute Engine exports";
  return `a tar archive that begins with “${name}”`;
}

export const foreignFormats: readonly ForeignFormat[] = [
  archive("gzip", "gunzip FILE", startsWith(0x1f, 0x8b, 8), "gzip"),
  archive(
    "bzip2",
    "bunzip2 FILE",
    ({ head }) =>
      /^BZh[1-9](?:314159265359|177245385090)/.test(
        `${head.toString("latin1", 0, 4)}${head.toString("hex", 4, 10)}`,
      ),
    "bzip2",
  ),
  archive("xz", "unxz FILE", startsWith(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0), "xz"),
  archive("zstd", "unzstd FILE", startsWith(0x28, 0xb5, 0x2f, 0xfd), "zstd"),
  archive("lz4", "unlz4 FILE", startsWith(0x04, 0x22, 0x4d, 0x18)),
  archive("zip", "unzip FILE", startsWith(0x50, 0x4b, 3, 4)),
  archive("7-Zip", "7z x FILE", startsWith(0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c)),
  {
    ...archive("tar", "tar xf FILE", text("ustar", 257)),
    describe: describeTar,
    hint: "Unpack it with `tar xf FILE`, then choose the disk that was in it (.raw, .vmdk, .qcow2).",
  },
  disk("Bochs", text("Bochs Virtual HD Image")),
  disk("Parallels", (s) => text("WithoutFreeSpace")(s) || text("WithouFreSpacExt")(s)),
  disk("QED", text("QED\0")),
  disk("qcow version 1", startsWith(0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 1)),
  disk("cloop", text("#!/bin/sh\n#V2.0 Format")),
  disk("Apple disk image", ({ tail }) => tail.toString("latin1", 0, 4) === "koly"),
];
