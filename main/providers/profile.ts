import type { ImageFormat } from "#contract/facts.ts";
import type { ProviderId } from "#contract/finding.ts";

/** The document that a number or a demand rests on. */
export interface Citation {
  readonly document: string;
  readonly url: string | null;
}

/** A demand together with where it is written. */
export interface Sourced<T> {
  readonly value: T;
  readonly source: Citation;
}

export type OsFamily = "linux" | "bsd" | "windows";

export interface SizeLimit {
  readonly bytes: number;
  /** `disk`: the size the guest sees, unpacked. `file`: the file as it is uploaded. */
  readonly of: "disk" | "file";
  /** `refused`: the import fails. `quota`: an allowance that can be used up by others or extended. */
  readonly kind: "refused" | "quota";
}

/** What a machine sees at its first boot: cloud-init decides by it which datasource to ask. */
export interface PlatformShape {
  readonly name: string;
  /** Strings of SMBIOS as Linux shows them in /sys/class/dmi/id; what is not known is left out. */
  readonly dmi: {
    readonly sysVendor?: string;
    readonly productName?: string;
    readonly productSerial?: string;
    readonly chassisAssetTag?: string;
  };
  /** Drives beside the image's own disk that carry data for the machine. */
  readonly drives: readonly {
    readonly device: string;
    readonly type: "iso9660" | "vfat";
    readonly label: string;
  }[];
  /** Metadata services and the cloud-init datasource that understands each. */
  readonly services: readonly { readonly datasource: string; readonly url: string }[];
}

/**
 * What a provider accepts and what it gives an image at its first boot, as data. `null` means that the
 * provider says nothing about it and the judge stays silent.
 */
export interface ProviderProfile {
  readonly id: ProviderId;
  readonly name: string;
  /** The document that stands for the whole where a rule has no narrower one. */
  readonly document: Citation;
  /** Formats taken as they are. `iso9660` means installers. */
  readonly formats: Sourced<readonly ImageFormat[]>;
  /** Compression around a file that is taken: `gzip`. Empty: none is; null: nothing is said. */
  readonly archives: Sourced<readonly string[]> | null;
  readonly sizeLimits: readonly Sourced<SizeLimit>[];
  readonly architectures: Sourced<readonly string[]>;
  readonly osFamilies: Sourced<readonly OsFamily[]>;
  /** Systems that the provider refuses in so many words. One that it only does not name is a doubt. */
  readonly refusedFamilies: readonly Sourced<{ readonly family: OsFamily; readonly because: string }>[];
  /** Firmware an instance starts with; an image must boot with one of them. */
  readonly firmware: Sourced<readonly ("bios" | "uefi")[]>;
  /** At least one of `disk` and one of `network` must be usable before the root filesystem is mounted. */
  readonly drivers: Sourced<{ readonly disk: readonly string[]; readonly network: readonly string[] }>;
  /** Types of the root filesystem; null: any. */
  readonly rootFilesystems: Sourced<readonly string[]> | null;
  /** Partition tables that disks in these formats must have; null: none is asked for. */
  readonly partitionTables: Sourced<{
    readonly formats: readonly ImageFormat[];
    readonly tables: readonly ("gpt" | "mbr")[];
  }> | null;
  /** Where it says that a disk must boot without a second one; null: nothing is said. */
  readonly oneDisk: Citation | null;
  /** Where it says that a disk must not be encrypted; null: nothing is said. */
  readonly noEncryption: Citation | null;
  /** How the boot loader and fstab may name the root filesystem; null: any way. */
  readonly rootBy: Sourced<readonly ("uuid" | "label" | "lvm")[]> | null;
  readonly firstBoot: {
    /** cloud-init datasources that find what the provider serves; one of them must be in the list. */
    readonly datasources: Sourced<readonly string[]>;
    /** `before` must stand before `after` wherever both are listed. */
    readonly order: Sourced<{ readonly before: string; readonly after: string }> | null;
    readonly minimumCloudInit: Sourced<string> | null;
    /** false: a machine without cloud-init works, only bare. */
    readonly required: Sourced<boolean>;
    /** Programs that the provider takes in cloud-init's place; null: it names none. */
    readonly instead: Sourced<readonly string[]> | null;
  };
  /** Several where the operator of the cloud chooses. */
  readonly platforms: Sourced<readonly PlatformShape[]>;
  /** How an instance gets its address. `seed`: a static address handed over by the datasource, no DHCP. */
  readonly network: Sourced<"dhcp" | "seed" | "either">;
  readonly sshdRequired: Sourced<boolean>;
  /** A guest agent that the provider asks for; null: none. */
  readonly guestAgent: Sourced<string> | null;
  /** Agents that must not be in an image that many use; null: nothing is said. */
  readonly unwantedAgents: Sourced<readonly string[]> | null;
  /** What its marketplace asks of an image that others will use; null: it has none, or nothing is published. */
  readonly marketplace: Citation | null;
}
