/** Names of the partition types that matter here; others show their id. UEFI specification, table 5-7; UAPI. */
const gptNames: Readonly<Record<string, string>> = {
  "c12a7328-f81f-11d2-ba4b-00a0c93ec93b": "EFI system",
  "21686148-6449-6e6f-744e-656564454649": "BIOS boot",
  "0fc63daf-8483-4772-8e79-3d69d8477de4": "Linux filesystem",
  "4f68bce3-e8cd-4db1-96e7-fbcaf984b709": "Linux root (x86-64)",
  "b921b045-1df0-41c3-af44-4c6f280d3fae": "Linux root (ARM 64)",
  "bc13c2ff-59e6-4262-a352-b275fd6f7172": "Linux extended boot",
  "8484680c-9521-48c6-9c11-b0720656f69e": "Linux /usr (x86-64)",
  "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f": "Linux swap",
  "e6d6d379-f507-44c2-a23c-238f2a3df928": "Linux LVM",
  "a19d880f-05fc-4d3b-a006-743f0f84911e": "Linux RAID",
  "ca7d7ccb-63ed-4c53-861c-1742536059cc": "Linux LUKS",
  "933ac7e1-2eb4-4f13-b844-0e14e2aef915": "Linux home",
  "8da63339-0007-60c0-c436-083ac8230908": "Linux reserved",
  "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7": "Microsoft basic data",
  "e3c9e316-0b5c-4db8-817d-f92df00215ae": "Microsoft reserved",
  "de94bba4-06d1-4d40-a16a-bfd50179d6ac": "Windows recovery",
  "83bd6b9d-7f41-11dc-be0b-001560b84f0f": "FreeBSD boot",
  "516e7cb6-6ecf-11d6-8ff8-00022d09712b": "FreeBSD UFS",
  "516e7cb5-6ecf-11d6-8ff8-00022d09712b": "FreeBSD swap",
  "516e7cba-6ecf-11d6-8ff8-00022d09712b": "FreeBSD ZFS",
  "5dfbf5f4-2848-4bac-aa5e-0d9a20b745a6": "CoreOS /usr",
};

const mbrNames: Readonly<Record<number, string>> = {
  0x01: "FAT12",
  0x04: "FAT16",
  0x05: "Extended",
  0x06: "FAT16",
  0x07: "NTFS or exFAT",
  0x0b: "FAT32",
  0x0c: "FAT32 (LBA)",
  0x0e: "FAT16 (LBA)",
  0x0f: "Extended (LBA)",
  0x82: "Linux swap",
  0x83: "Linux filesystem",
  0x85: "Linux extended",
  0x8e: "Linux LVM",
  0xa5: "FreeBSD",
  0xa6: "OpenBSD",
  0xa9: "NetBSD",
  0xee: "GPT protective",
  0xef: "EFI system",
  0xfd: "Linux RAID",
};

export const biosBootType = "21686148-6449-6e6f-744e-656564454649";
export const efiSystemType = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";

export const gptTypeName = (typeId: string): string => gptNames[typeId] ?? "Unknown type";
export const mbrTypeName = (type: number): string => mbrNames[type] ?? "Unknown type";
export const mbrTypeId = (type: number): string => `0x${type.toString(16).padStart(2, "0")}`;
