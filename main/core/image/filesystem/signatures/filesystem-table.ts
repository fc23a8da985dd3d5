import { crc32 } from "node:zlib";
import { crc32c } from "#core/image/checksum/crc32c.ts";
import { u64le } from "#core/image/source/binary.ts";
import { fieldText } from "./signature.ts";
import { serialAt, uuidAt, type Signature } from "./signature-table.ts";

const KiB = 1024;
const MiB = 1024 * KiB;
const isPowerOfTwo = (value: number): boolean => value > 0 && Number.isInteger(Math.log2(value));

/** CRC-32 that begins with `seed` and is not inverted, as the kernel's crc32_le. */
const crc32Raw = (bytes: Buffer, seed: number): number => ~crc32(bytes, ~seed >>> 0) >>> 0;

const swsuspendMagics = ["S1SUSPEND", "S2SUSPEND", "ULSUSPEND", "LINHIB0001"];
const pageSizes = [4, 8, 16, 32, 64].map((kib) => kib * KiB);

/**
 * Filesystems that are only named, by the start of the device. Offsets: libblkid's superblocks/*.c and the
 * kernel's fs/<name>; those with checksums are held against them. Strong signatures first.
 */
export const filesystemTable: readonly Signature[] = [
  {
    type: "swsuspend",
    magics: [
      [0, "\xed\xc3\x02\xe9\x98\x56\xe5\x0c"],
      ...pageSizes.flatMap((page) => swsuspendMagics.map((magic) => [page - 10, magic] as const)),
    ],
    minBytes: 10 * 4 * KiB,
    uuid: (head) => (u64le(head, 1024 + 44 + 32 * 4) === 0 ? uuidAt(head, 1024 + 12) : null),
    label: (head) =>
      u64le(head, 1024 + 44 + 32 * 4) === 0 ? fieldText(head.subarray(1024 + 28, 1024 + 44)) : null,
  },
  { type: "exfs", magics: [[0, "EXFS"]], uuid: 32, label: [108, 12] },
  ...[
    [64 * KiB + 52, "ReIsEr2Fs"] as const,
    [64 * KiB + 52, "ReIsEr3Fs"] as const,
    [64 * KiB + 52, "ReIsErFs"] as const,
    [8 * KiB + 52, "ReIsErFs"] as const,
    [8 * KiB + 20, "ReIsErFs"] as const,
  ].map(([at, magic]): Signature => ({
    type: "reiserfs",
    magics: [[at, magic]],
    minBytes: 128 * KiB,
    sound: (head) => {
      const blockBytes = head.readUInt16LE(at - 52 + 44);
      return at % KiB === 20 || (blockBytes >= 512 && isPowerOfTwo(blockBytes));
    },
    // only the later versions have both
    ...(magic === "ReIsErFs" ? {} : { uuid: at - 52 + 84, label: [at - 52 + 100, 16] as const }),
  })),
  {
    type: "reiser4",
    magics: [[64 * KiB, "ReIsEr4"]],
    minBytes: 128 * KiB,
    uuid: 64 * KiB + 20,
    label: [64 * KiB + 36, 16],
  },
  {
    type: "jfs",
    magics: [[32 * KiB, "JFS1"]],
    minBytes: 16 * MiB,
    sound: (head) =>
      head.readUInt32LE(32 * KiB + 16) === 2 ** head.readUInt16LE(32 * KiB + 20) &&
      head.readUInt32LE(32 * KiB + 24) === 2 ** head.readUInt16LE(32 * KiB + 28),
    uuid: 32 * KiB + 136,
    label: [32 * KiB + 152, 16],
  },
  {
    type: "hpfs",
    magics: [[8 * KiB, "\x49\xe8\x95\xf9"]],
    sound: (head) => head.readUInt32BE(8 * KiB + 512) === 0x4918_91f9,
    uuid: (head) => (hasHpfsBoot(head) ? serialAt(head, 39) : null),
    label: (head) => (hasHpfsBoot(head) ? fieldText(head.subarray(43, 54)) : null),
  },
  { type: "ReFS", magics: [[0, "\0\0\0ReFS\0"]] },
  {
    type: "cramfs",
    magics: [
      [0, "\x45\x3d\xcd\x28"],
      [0, "\x28\xcd\x3d\x45"],
    ],
    sound: (head) => head.toString("latin1", 16, 32) === "Compressed ROMFS",
    label: [48, 16],
  },
  { type: "romfs", magics: [[0, "-rom1fs-"]], label: [16, 16] },
  ...[true, false].map((isMeta): Signature => ({
    type: isMeta ? "scoutfs_meta" : "scoutfs_data",
    magics: [[64 * KiB + 4, "\x8b\x42\x3c\x10"]],
    minBytes: 128 * KiB,
    sound: (head) =>
      (head.readUInt32LE(64 * KiB + 48) & 1) === (isMeta ? 1 : 0) &&
      ~crc32c(head.subarray(64 * KiB + 4, 68 * KiB)) >>> 0 === head.readUInt32LE(64 * KiB),
    uuid: 64 * KiB + 56,
  })),
  ...[["gfs", 1309, 1309, 1401] as const, ["gfs2", 1800, 1899, 1900] as const].map(
    ([type, lowest, highest, multihost]): Signature => ({
      type,
      magics: [[64 * KiB, "\x01\x16\x19\x70"]],
      minBytes: 32 * MiB,
      sound: (head) =>
        head.readUInt32BE(64 * KiB + 24) >= lowest &&
        head.readUInt32BE(64 * KiB + 24) <= highest &&
        head.readUInt32BE(64 * KiB + 28) >= multihost &&
        head.readUInt32BE(64 * KiB + 28) < multihost + 100,
      uuid: 64 * KiB + 256,
      label: [64 * KiB + 160, 64],
    }),
  ),
  {
    type: "ocfs",
    magics: [[8 * KiB, "OracleCFS"]],
    minBytes: 14_000 * KiB,
    uuid: 8 * KiB + 512 + 114,
    label: [8 * KiB + 512 + 48, 64],
  },
  {
    type: "ocfs2",
    magics: [1, 2, 4, 8].map((kib) => [kib * KiB, "OCFSV2"] as const),
    minBytes: 14_000 * KiB,
    uuid: (head, at) => uuidAt(head, at + 336),
    label: (head, at) => fieldText(head.subarray(at + 272, at + 336)),
  },
  {
    type: "vxfs",
    magics: [
      [KiB, "\xf5\xfc\x01\xa5"],
      [8 * KiB, "\xa5\x01\xfc\xf5"],
    ],
  },
  { type: "nss", magics: [[4 * KiB, "SPB5"]], uuid: 4 * KiB + 348 },
  { type: "ubifs", magics: [[0, "\x31\x18\x10\x06"]], uuid: 108 },
  { type: "bfs", magics: [[0, "\xce\xfa\xad\x1b"]] },
  {
    type: "mpool",
    magics: [[0, "mpoolDev"]],
    sound: (head) => crc32c(head.subarray(0, 62)) === head.readUInt32LE(62),
    uuid: 40,
    label: [8, 32],
  },
  {
    type: "apfs",
    magics: [[32, "NXSB"]],
    sound: (head) =>
      head.readUInt16LE(24) === 1 && head.readUInt32LE(28) === 0 && head.readUInt32LE(36) === 4 * KiB,
    uuid: 72,
  },
  {
    type: "zonefs",
    magics: [[0, "SFOZ"]],
    sound: (head) => {
      const block = Buffer.from(head.subarray(0, 4 * KiB));
      const expected = block.readUInt32LE(4);
      block.writeUInt32LE(0, 4);
      return crc32Raw(block, 0xffff_ffff) === expected;
    },
    uuid: 40,
    label: [8, 32],
  },
  {
    type: "erofs",
    magics: [[KiB, "\xe2\xe1\xf5\xe0"]],
    sound: (head) => head.readUInt8(KiB + 12) >= 9 && head.readUInt8(KiB + 12) <= 16,
    uuid: KiB + 48,
    label: [KiB + 64, 16],
  },
  {
    type: "xenix",
    magics: [
      [2 * KiB, "\x2b\x55\x44"],
      [2 * KiB, "\x44\x55\x2b"],
    ],
    label: [KiB + 632, 6],
  },
  ...[0, 9, 15, 18].map((block): Signature => ({
    type: "sysv",
    magics: [
      [block * KiB + 512 + 504, "\x20\x7e\x18\xfd"],
      [block * KiB + 512 + 504, "\xfd\x18\x7e\x20"],
    ],
    label: [block * KiB + 512 + 440, 6],
  })),
];

/** OS/2's boot block, which looks much like FAT's. */
const hasHpfsBoot = (head: Buffer): boolean =>
  head.readUInt16LE(510) === 0xaa55 &&
  head.toString("latin1", 54, 58) === "HPFS" &&
  head.readUInt8(38) === 0x28;
