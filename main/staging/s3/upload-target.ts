import type { Ask } from "./s3-connection.ts";

/** Where and how parts are sent. */
export interface UploadTarget {
  ask: Ask;
  bucket: string;
  /** Parts that travel at once. */
  parallel: number;
  partBytes: number;
}
