import { writeFile } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crc32c } from "#core/image/checksum/crc32c.ts";
import { recognise } from "#core/image/filesystem/recognise.ts";
import { createWorkshop, memoryDevice, tool, type Workshop } from "#core/image/testing/disk-images.ts";
import { nodeProcesses } from "#system/node-processes.ts";

const KiB = 1024;
const MiB = 1024 * KiB;

let workshop: Workshop;
beforeAll(async () => {
  workshop = await createWorkshop(nodeProcesses);
});
afterAll(() => workshop[Symbol.asyncDispose]());

/** What libblkid finds on the same bytes. */
async function blkid(image: string): Promise<{ type: string; label: string | null; uuid: string | null }> {
  const text = await tool("blkid", "-p", "-o", "udev", image);
  const value = (key: string): string | null =>
    new RegExp(`^ID_FS_${key}=(.*)$`, "m").exec(text)?.[1] ?? null;
  const label = value("LABEL_ENC")?.replace(/\\x([0-9a-f]{2})/g, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return { type: value("TYPE") ?? "", label: label ?? null, uuid: value("UUID") };
}

type Put = readonly [at: number, bytes: string | Buffer | number];
const id = Buffer.from("0f1e2d3c4b5a69788796a5b4c3d2e1f0", "hex");
const u16 = (value: number): Buffer => Buffer.from([value & 0xff, value >> 8]);
const be16 = (value: number): Buffer => Buffer.from([value >> 8, value & 0xff]);
const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
};
const be32 = (value: number): Buffer => Buffer.from(u32(value)).reverse();
const u64 = (value: number): Buffer => Buffer.concat([u32(value), u32(Math.floor(value / 2 ** 32))]);
const be64 = (value: number): Buffer => Buffer.from(u64(value)).reverse();

/** Smaller ones are floppies to libblkid: it looks for no RAID on them. */
function build(sizeBytes: number, puts: readonly Put[]): Buffer {
  const image = Buffer.alloc(sizeBytes);
  for (const [at, bytes] of puts) {
    const from = at < 0 ? sizeBytes + at : at;
    if (typeof bytes === "number") image.writeUInt8(bytes, from);
    else if (typeof bytes === "string") image.write(bytes, from, "latin1");
    else bytes.copy(image, from);
  }
  return image;
}

const minix = (order: "LE" | "BE", version: 1 | 2 | 3): Put[] => {
  const w = order === "LE" ? u16 : be16;
  const d = order === "LE" ? u32 : be32;
  if (version === 3)
    return [
      [1024, d(64)],
      [1030, w(1)],
      [1032, w(1)],
      [1034, w(8)],
      [1044, d(1000)],
      [1048, w(0x4d5a)],
      [1052, w(4096)],
    ];
  const zones: Put = version === 1 ? [1026, w(1000)] : [1044, d(1000)];
  return [
    [1024, w(64)],
    zones,
    [1028, w(1)],
    [1030, w(1)],
    [1032, w(8)],
    [1040, w(version === 1 ? 0x138f : 0x2478)],
    [1042, w(1)],
  ];
};

const nilfs = (): Put[] => {
  const block = Buffer.alloc(1024);
  const fields: Put[] = [
    [0, u32(2)],
    [6, u16(0x3434)],
    [8, u16(280)],
    [12, u32(0x1234)],
    [20, u32(2)],
    [32, u64(4 * MiB)],
    [152, id],
    [168, "nilfs label"],
  ];
  for (const [at, bytes] of fields) Buffer.from(bytes as string, "latin1").copy(block, at);
  block.writeUInt32LE(~crc32(block.subarray(0, 280), ~0x1234 >>> 0) >>> 0, 16);
  return [[1024, block]];
};

const stratis = (): Put[] => {
  const sector = Buffer.alloc(512);
  sector.write("!Stra0tis\x86\xff\x02^\x41rh", 4, "latin1");
  sector.write(id.toString("hex"), 64);
  sector.write("ab".repeat(16), 32);
  sector.writeUInt32LE(crc32c(sector.subarray(4)), 0);
  return [[512, sector]];
};

const silicon = (): Put[] => {
  const sector = Buffer.alloc(512);
  sector.writeUInt32LE(0x2f00_0000, 0x60);
  sector.writeUInt8(1, 0x116);
  let sum = 0;
  for (let at = 0; at < 0x13e; at += 2) sum += sector.readUInt16LE(at);
  sector.writeUInt16LE(-sum & 0xffff, 0x13e);
  return [[-512, sector]];
};

const ufs = (at: number, order: "LE" | "BE", magic: number): Put[] => {
  const d = order === "LE" ? u32 : be32;
  return [
    [at + 144, d(0x1234_5678)],
    [at + 148, d(0x9abc)],
    [at + 680, "volume"],
    [at + 1372, d(magic)],
  ];
};

const fat = (boot: readonly Put[]): Put[] => [
  [0, "\xeb\x3c\x90mkfs.fat"],
  [11, u16(512)],
  [13, 4],
  [14, u16(1)],
  [16, 2],
  [17, u16(512)],
  [19, u16(16384)],
  [21, 0xf8],
  [22, u16(16)],
  [38, 0x29],
  [39, id.subarray(0, 4)],
  [43, "BOOT LABEL "],
  [54, "FAT12   "],
  [510, "\x55\xaa"],
  ...boot,
];
/** Root folder of `fat()`. */
const rootAt = (1 + 32) * 512;

const cases: Readonly<Record<string, readonly [size: number, puts: readonly Put[]]>> = {
  "reiserfs 3.6": [
    2 * MiB,
    [
      [64 * KiB + 44, u16(4096)],
      [64 * KiB + 12, u32(18)],
      [64 * KiB + 52, "ReIsEr2Fs"],
      [64 * KiB + 84, id],
      [64 * KiB + 100, "reiser"],
    ],
  ],
  "reiserfs 3.5": [
    2 * MiB,
    [
      [64 * KiB + 44, u16(4096)],
      [64 * KiB + 12, u32(100)],
      [64 * KiB + 52, "ReIsErFs"],
    ],
  ],
  "reiserfs with its journal elsewhere": [
    2 * MiB,
    [
      [64 * KiB + 44, u16(4096)],
      [64 * KiB + 12, u32(100)],
      [64 * KiB + 52, "ReIsEr3Fs"],
      [64 * KiB + 84, id],
    ],
  ],
  reiser4: [
    2 * MiB,
    [
      [64 * KiB, "ReIsEr4"],
      [64 * KiB + 20, id],
      [64 * KiB + 36, "four"],
    ],
  ],
  jfs: [
    16 * MiB,
    [
      [32 * KiB, "JFS1"],
      [32 * KiB + 16, u32(4096)],
      [32 * KiB + 20, u16(12)],
      [32 * KiB + 22, u16(3)],
      [32 * KiB + 24, u32(512)],
      [32 * KiB + 28, u16(9)],
      [32 * KiB + 136, id],
      [32 * KiB + 152, "jfs label"],
    ],
  ],
  romfs: [
    2 * MiB,
    [
      [0, "-rom1fs-"],
      [16, "rom label"],
    ],
  ],
  "minix 1, little endian": [2 * MiB, minix("LE", 1)],
  "minix 1, big endian": [2 * MiB, minix("BE", 1)],
  "minix 2, little endian": [2 * MiB, minix("LE", 2)],
  "minix 2, big endian": [2 * MiB, minix("BE", 2)],
  "minix 3": [2 * MiB, minix("LE", 3)],
  gfs: [
    32 * MiB,
    [
      [64 * KiB, "\x01\x16\x19\x70"],
      [64 * KiB + 24, be32(1309)],
      [64 * KiB + 28, be32(1401)],
      [64 * KiB + 160, "cluster:gfs"],
      [64 * KiB + 256, id],
    ],
  ],
  gfs2: [
    32 * MiB,
    [
      [64 * KiB, "\x01\x16\x19\x70"],
      [64 * KiB + 24, be32(1801)],
      [64 * KiB + 28, be32(1900)],
      [64 * KiB + 160, "cluster:gfs2"],
      [64 * KiB + 256, id],
    ],
  ],
  ocfs2: [
    14 * MiB,
    [
      [2 * KiB, "OCFSV2"],
      [2 * KiB + 272, "ocfs2 label"],
      [2 * KiB + 336, id],
    ],
  ],
  oracleasm: [
    2 * MiB,
    [
      [32, "ORCLDISK"],
      [40, "DISK1"],
    ],
  ],
  vxfs: [
    2 * MiB,
    [
      [KiB, "\xf5\xfc\x01\xa5"],
      [KiB + 4, u32(6)],
    ],
  ],
  nilfs2: [4 * MiB, nilfs()],
  "nilfs2 by its backup": [4 * MiB, nilfs().map(([, block]): Put => [-4096, block])],
  erofs: [
    2 * MiB,
    [
      [KiB, "\xe2\xe1\xf5\xe0"],
      [KiB + 12, 12],
      [KiB + 48, id],
      [KiB + 64, "erofs label"],
    ],
  ],
  "sysv, little endian": [
    2 * MiB,
    [
      [512 + 504, "\x20\x7e\x18\xfd"],
      [512 + 440, "sysv"],
    ],
  ],
  "sysv at 9 KiB, big endian": [
    2 * MiB,
    [
      [9 * KiB + 512 + 504, "\xfd\x18\x7e\x20"],
      [9 * KiB + 512 + 440, "sysv9"],
    ],
  ],
  xenix: [
    2 * MiB,
    [
      [2 * KiB, "\x2b\x55\x44"],
      [KiB + 632, "xenix"],
    ],
  ],
  "ufs1 at 8 KiB": [2 * MiB, ufs(8 * KiB, "LE", 0x0001_1954)],
  "ufs2 at 64 KiB": [2 * MiB, ufs(64 * KiB, "LE", 0x1954_0119)],
  "ufs2 at 256 KiB, big endian": [2 * MiB, ufs(256 * KiB, "BE", 0x1954_0119)],
  hfs: [
    2 * MiB,
    [
      [KiB, "BD"],
      [KiB + 20, be32(512)],
      [KiB + 36, 8],
      [KiB + 37, "Old Mac."],
      [KiB + 116, id.subarray(0, 8)],
    ],
  ],
  "hfsplus in hfs": [
    2 * MiB,
    [
      [KiB, "BD"],
      [KiB + 20, be32(512)],
      [KiB + 28, be16(16)],
      [KiB + 124, "H+"],
      [KiB + 126, be16(2)],
      [16 * 512 + 1024 + KiB, "H+"],
      [16 * 512 + 1024 + KiB + 40, be32(4096)],
      [16 * 512 + 1024 + KiB + 104, id.subarray(0, 8)],
    ],
  ],
  ReFS: [2 * MiB, [[0, "\0\0\0ReFS\0"]]],
  ceph: [2 * MiB, [[0, "bluestore block device\n"]]],
  "drbd 9": [
    2 * MiB,
    [
      [-4096 + 48, be64(0x1234_5678_9abc)],
      [-4096 + 60, be32(0x8374_0267 + 6)],
    ],
  ],
  drbdmanage: [2 * MiB, [[0, `$DRBDmgr=q1${id.toString("hex")}\n`]]],
  drbdproxy: [
    2 * MiB,
    [
      [0, "DRBDdlh*"],
      [16, id],
    ],
  ],
  LVM1: [
    2 * MiB,
    [
      [0, "HM"],
      [2, u16(1)],
      [44, "abcdefghijklmnopqrstuvwxyz012345"],
    ],
  ],
  snapshot: [2 * MiB, [[0, "SnAp"]]],
  verity: [
    2 * MiB,
    [
      [0, "verity\0\0"],
      [8, u32(1)],
      [16, id],
    ],
  ],
  integrity: [
    2 * MiB,
    [
      [0, "integrt\0"],
      [8, 1],
    ],
  ],
  ubi: [
    2 * MiB,
    [
      [0, "UBI#"],
      [24, be32(123_456_789)],
    ],
  ],
  vdo: [
    2 * MiB,
    [
      [0, "dmvdo001"],
      [40, id],
    ],
  ],
  stratis: [2 * MiB, stratis()],
  VMFS: [
    4 * MiB,
    [
      [2 * MiB, "\x5e\xf1\xab\x2f"],
      [2 * MiB + 9, id],
      [2 * MiB + 29, "datastore1"],
    ],
  ],
  "swap 0": [2 * MiB, [[4086, "SWAP-SPACE"]]],
  "swap with 64 KiB pages": [
    2 * MiB,
    [
      [1024, u32(1)],
      [1028, u32(15)],
      [1036, id],
      [1052, "swap label"],
      [65526, "SWAPSPACE2"],
    ],
  ],
  "swap with remains of something else": [
    2 * MiB,
    [
      [1024, u32(1)],
      [1028, u32(15)],
      [1036, id],
      [1068 + 128, u32(7)],
      [4086, "SWAPSPACE2"],
    ],
  ],
  suspended: [
    2 * MiB,
    [
      [1024, u32(1)],
      [1028, u32(15)],
      [1036, id],
      [4086, "S1SUSPEND"],
    ],
  ],
  tuxonice: [
    2 * MiB,
    [
      [0, "\xed\xc3\x02\xe9\x98\x56\xe5\x0c"],
      [1036, id],
    ],
  ],
  nvidia: [2 * MiB, [[-1024, "NVIDIA  "]]],
  silicon: [2 * MiB, silicon()],
  via: [
    2 * MiB,
    [
      [-512, "\x55\xaa"],
      [-512 + 50, 0xff],
    ],
  ],
  "luks2 with its first header gone": [
    8 * MiB,
    [
      [0x4000, "SKUL\xba\xbe"],
      [0x4006, be16(2)],
      [0x4018, "label2"],
      [0x40a8, "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"],
      [0x4100, be64(0x4000)],
    ],
  ],
  "bitlocker vista": [2 * MiB, [[0, "\xeb\x52\x90-FVE-FS-"]]],
  "FAT12 with a label in its boot sector only": [8 * MiB, fat([])],
  "FAT12 with a label in its root": [8 * MiB, fat([[rootAt, "MY LABEL   \x08"]])],
  "FAT12 with a folder and a file before the label": [
    8 * MiB,
    fat([
      [rootAt, "FOLDER     \x10"],
      [rootAt + 26, 2],
      [rootAt + 32, "\x05ABEL      \x08"],
    ]),
  ],
  "FAT12 with a label that has content": [
    8 * MiB,
    fat([
      [rootAt, "NOT ONE    \x08"],
      [rootAt + 26, 2],
    ]),
  ],
  "FAT12 without a serial number": [8 * MiB, fat([[38, 0]])],
  "FAT12 with a serial number of zero": [8 * MiB, fat([[39, u32(0)]])],
  "FAT12 without a jump": [8 * MiB, fat([[0, "\0\0\0"]])],
  "mdraid 1.1": [
    2 * MiB,
    [
      [0, u32(0xa92b_4efc)],
      [4, u32(1)],
      [16, id],
      [32, "host:0"],
      [72, u32(1)],
      [92, u32(2)],
    ],
  ],
  "mdraid 1.0": [
    2 * MiB,
    [
      [-8192, u32(0xa92b_4efc)],
      [-8188, u32(1)],
      [-8176, id],
      [-8160, "host:1"],
      [-8192 + 144, u64((2 * MiB - 8192) / 512)],
      [-8192 + 72, u32(1)],
    ],
  ],
};

describe("signatures as libblkid reads them", () => {
  it.each(Object.entries(cases))("%s", async (_name, [sizeBytes, puts]) => {
    const bytes = build(sizeBytes, puts);
    const image = workshop.path("image");
    await writeFile(image, bytes);
    const found = await recognise(memoryDevice(bytes), { wholeDisk: true });
    const expected = await blkid(image);
    expect(expected.type).not.toBe("");
    expect({ type: found?.type ?? "", label: found?.label ?? null, uuid: found?.uuid ?? null }).toEqual(
      expected,
    );
    // what one cannot open has words for it
    if (found?.open === null) expect(found.unreadable).toMatch(/^[A-Z].{10}/);
  });

  it("finds nothing where there is nothing", async () => {
    for (const size of [0, 1, 511, 512, 1025, 4097, 65_537, MiB])
      for (const fill of [0, 0xff, 0x55])
        expect(await recognise(memoryDevice(Buffer.alloc(size, fill)), { wholeDisk: true })).toBeNull();
  });
});
