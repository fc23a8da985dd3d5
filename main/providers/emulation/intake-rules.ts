import type { ContainerFormat } from "./image-header.ts";

/** What a provider's importer takes, and how it fetches. */
export interface IntakeRules {
  /** A practice account fetches from this machine only, so that a mistake cannot reach anything else. */
  readonly from: "loopback" | "anywhere";
  /** Sends HEAD before GET. */
  readonly sendsHead: boolean;
  readonly formats: readonly ContainerFormat[];
  /** Unpacks gzip itself. */
  readonly gunzips: boolean;
  /** Of the file and of the disk in it; what reaches it is refused. */
  readonly sizeLimitBytes: number;
  readonly timeoutMs: number;
}
