import type { StagingPlace } from "#contract/staging.ts";
import type { Capabilities } from "#contract/provider-info.ts";
import type { PracticeEndpoints } from "#core/practice/practice.ts";

/** `accountId`: whose own object storage it is, with `oci`. */
export interface PracticePlace {
  readonly kind: "s3" | "oci" | "folder";
  readonly accountId: string;
}

/** The bucket that the emulator of OCI has from the start. */
const ociBucket = "images";

/** On which practice storage a practice account of a provider stages. */
export function practicePlaceFor({ ingest }: Pick<Capabilities, "ingest">): PracticePlace["kind"] {
  if (ingest.includes("own-object-storage")) return "oci";
  return ingest.includes("operator-hand-off") ? "folder" : "s3";
}

/** Where a practice storage is now. */
export function practicePlace(
  { s3, operatorFolder }: PracticeEndpoints,
  { kind, accountId }: PracticePlace,
): { name: string; place: StagingPlace } {
  switch (kind) {
    case "s3": {
      const { secretAccessKey: _, ...place } = s3;
      return { name: "Practice storage", place: { kind, publicUrlTemplate: null, ...place } };
    }
    case "oci":
      return { name: "Practice bucket in OCI", place: { kind, accountId, bucket: ociBucket } };
    case "folder":
      return {
        name: "Practice operator's storage",
        place: { kind, path: operatorFolder, publicUrlTemplate: null },
      };
  }
}
