import { crc32c } from "#core/image/checksum/crc32c.ts";
import { uuidOrNull } from "#core/image/filesystem/uuid-text.ts";
import { groupUuid } from "#core/image/volume/lvm/physical-volume.ts";
import { labelAt, type Signature } from "./signature-table.ts";

const bcacheMagic = "\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d\x81";
const bcachefsMagic = "\xc6\x85\x73\xf6\x66\xce\x90\xa9\xd9\x6a\x60\xcf\x80\x3d\xf7\xef";
/** Both say in which sector they lie: bcache at 8, bcachefs at 104 of its superblock at 4 KiB. */
const superblockSector = 8n;

const guardedBy = (bytes: Buffer, expected: number): boolean => crc32c(bytes) === expected;

/**
 * Layers below filesystems, by the start of the device. Offsets: libblkid's superblocks/*.c and the kernel's
 * drivers/md (bcache, dm-verity, dm-integrity), stratisd's design document, OpenZFS, LINBIT's drbdmanage.
 */
export const layerTable: readonly Signature[] = [
  {
    type: "bcache",
    magics: [[4096 + 24, bcacheMagic]],
    minBytes: 8192,
    sound: (head) => head.readBigUInt64LE(4096 + 8) === superblockSector,
    uuid: 4096 + 40,
    label: [4096 + 72, 32],
  },
  {
    type: "bcachefs",
    magics: [
      [4096 + 24, bcacheMagic],
      [4096 + 24, bcachefsMagic],
    ],
    sound: (head) => head.readBigUInt64LE(4096 + 104) === superblockSector,
    uuid: 4096 + 56,
    label: [4096 + 72, 32],
  },
  { type: "ceph_bluestore", magics: [[0, "bluestore block device"]] },
  {
    type: "drbdmanage_control_volume",
    magics: [[0, "$DRBDmgr=q"]],
    minBytes: 64 * 1024,
    sound: (head) => /^[0-9a-fA-F]{32}\n$/.test(head.toString("latin1", 11, 44)),
    uuid: (head) => head.toString("latin1", 11, 43),
  },
  { type: "drbdproxy_datalog", magics: [[0, "DRBDdlh*"]], minBytes: 16 * 1024, uuid: 16 },
  {
    type: "LVM1_member",
    magics: [[0, "HM"]],
    sound: (head) =>
      [1, 2].includes(head.readUInt16LE(2)) && /^[0-9A-Za-z]{32}$/.test(head.toString("latin1", 44, 76)),
    uuid: (head) => groupUuid(head.toString("latin1", 44, 76)),
  },
  { type: "DM_snapshot_cow", magics: [[0, "SnAp"]] },
  {
    type: "DM_verity_hash",
    magics: [[0, "verity\0\0"]],
    sound: (head) => head.readUInt32LE(8) === 1,
    uuid: 16,
  },
  { type: "DM_integrity", magics: [[0, "integrt\0"]], sound: (head) => head.readUInt8(8) > 0 },
  { type: "ubi", magics: [[0, "UBI#"]], uuid: (head) => String(head.readUInt32BE(24)) },
  { type: "vdo", magics: [[0, "dmvdo001"]], uuid: 40 },
  {
    type: "stratis",
    magics: [
      [512 + 4, "!Stra0tis\x86\xff\x02^\x41rh"],
      [512 * 9 + 4, "!Stra0tis\x86\xff\x02^\x41rh"],
    ],
    minBytes: 512 * 16,
    sound: (head, at) => guardedBy(head.subarray(at, at + 508), head.readUInt32LE(at - 4)),
    uuid: (head, at) => uuidOrNull(Buffer.from(head.toString("latin1", at + 60, at + 92), "hex")),
  },
  {
    type: "cs_fvault2",
    magics: [[88, "CS"]],
    // the checksum goes on from a seed and is not inverted
    sound: (head) =>
      head.readUInt16LE(8) === 1 &&
      head.readUInt16LE(10) === 0x10 &&
      ~crc32c(head.subarray(8, 512), ~head.readUInt32LE(4) >>> 0) >>> 0 === head.readUInt32LE(0),
    uuid: 304,
  },
  {
    type: "opensvc_hb",
    magics: [[4, "\x3d\xc1\x3c\x87\xc0\x5b\xe3\xb6"]],
    sound: (head) => head.readUInt32LE(12) === 1,
    uuid: 24,
  },
  {
    type: "hpt37x_raid_member",
    magics: [
      [4640, "\xf0\x16\x78\x5a"],
      [4640, "\xfd\x16\x78\x5a"],
    ],
  },
  {
    type: "oracleasm",
    magics: [[32, "ORCLDISK"]],
    label: (head) => labelAt(head, 40, 24),
  },
];
