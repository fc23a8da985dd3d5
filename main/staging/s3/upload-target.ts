import type { StagingUpload } from "../staging-store.ts";
import type { TransferGate } from "../transfer-gate.ts";
import type { Ask } from "./s3-connection.ts";

/** Where and how parts are sent. */
export interface UploadTarget {
  ask: Ask;
  bucket: string;
  gate: TransferGate;
  /** Parts that travel at once. */
  parallel: number;
  partBytes: number;
}

/** "Canned ACL", Amazon S3 user guide. */
export const cannedAcl = ({ access }: StagingUpload): "public-read" | "private" =>
  access === "private" ? "private" : "public-read";
