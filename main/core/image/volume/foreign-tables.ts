import { readUpTo, type BlockDevice } from "#core/image/source/block-device.ts";

/** Partition tables that are only named. Bytes as libblkid's partitions/*.c and the kernel's block/partitions look for them. */
interface ForeignTable {
  readonly name: string;
  /** All of these have to be there. */
  readonly bytes: readonly (readonly [at: number, hex: string])[];
}

const headBytes = 16 * 1024;

const tables: readonly ForeignTable[] = [
  {
    name: "a BSD disklabel",
    bytes: [
      [512, "57455682"],
      [512 + 132, "57455682"],
    ],
  },
  {
    name: "a BSD disklabel",
    bytes: [
      [64, "57455682"],
      [64 + 132, "57455682"],
    ],
  },
  {
    name: "a BSD disklabel",
    bytes: [
      [0, "57455682"],
      [132, "57455682"],
    ],
  },
  {
    name: "an Apple partition map",
    bytes: [
      [0, "4552"],
      [512, "504d"],
    ],
  },
  { name: "an Apple partition map", bytes: [[512, "504d0000"]] },
  { name: "a Solaris (Sun) disk label", bytes: [[508, "dabe"]] },
  { name: "a Solaris (x86) disk label", bytes: [[512 + 12, "eede0d60"]] },
  { name: "an SGI disk label", bytes: [[0, "0be5a941"]] },
  { name: "an AIX disk label", bytes: [[0, "c9c2d4c1"]] },
  ...Array.from({ length: 16 }, (_v, sector) => ({
    name: "an Amiga partition table",
    bytes: [[sector * 512, Buffer.from("RDSK").toString("hex")]] as const,
  })),
  // "VOL1" in EBCDIC, in the third block of a mainframe's disk
  ...[512, 1024, 2048, 4096].map((block) => ({
    name: "an IBM mainframe's (DASD) volume label",
    bytes: [[block * 2, "e5d6d3f1"]] as const,
  })),
];

/** Words for a note; null where there is none of them. */
export async function nameForeignTable(device: BlockDevice): Promise<string | null> {
  const head = await readUpTo(device, 0, headBytes);
  const found = tables.find(({ bytes }) =>
    bytes.every(([at, hex]) => head.toString("hex", at, at + hex.length / 2) === hex),
  );
  return found === undefined ? null : `The disk has ${found.name}, which is not read.`;
}
