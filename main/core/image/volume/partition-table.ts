/** One slot of a partition table, as the kernel numbers it. */
export interface Partition {
  readonly number: number;
  readonly startByte: number;
  readonly sizeBytes: number;
  /** GPT type UUID in lower case, or the MBR type byte as `0x83`. */
  readonly typeId: string;
  readonly typeName: string;
  /** GPT name; null for MBR or when empty. */
  readonly name: string | null;
  /** MBR: the active flag. GPT: the legacy-BIOS-bootable attribute. */
  readonly bootable: boolean;
  /** What `PARTUUID=` names: GPT's unique GUID, or the MBR's `disk signature-number`. */
  readonly partUuid: string | null;
}

export interface PartitionTable {
  readonly kind: "gpt" | "mbr";
  readonly partitions: readonly Partition[];
  /** What is wrong with it, in plain words. */
  readonly notes: readonly string[];
}
