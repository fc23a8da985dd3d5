import type { TransferGate } from "../transfer-gate.ts";
import type { ReadPart } from "../upload/file-reader.ts";
import { sendBody, type UploadProgress } from "../upload/send-body.ts";
import type { Bucket } from "./bucket.ts";
import { assertReceived } from "./checksums.ts";

/** Where and how content is sent. */
export interface UploadTarget {
  readonly bucket: Bucket;
  readonly gate: TransferGate;
  readonly parallel: number;
  readonly partBytes: number;
}

/** Sends an object or a part and proves by MD5 that it arrived. Answers its ETag. */
export async function sendContent(
  { bucket, gate }: UploadTarget,
  to: { path: string; query?: Record<string, string>; headers?: Record<string, string>; what: string },
  part: ReadPart,
  progress: UploadProgress,
  signal: AbortSignal,
): Promise<string> {
  const { path, query = {}, what } = to;
  const headers = {
    "content-type": "application/octet-stream",
    ...to.headers,
    "content-md5": part.md5.toString("base64"),
  };
  const reply = await bucket.retry(signal, () =>
    sendBody(part.bytes, progress, { gate, signal }, (stream) =>
      bucket.exchange({
        method: "PUT",
        path,
        query,
        headers,
        content: { stream, sizeBytes: part.bytes.length },
        signal,
      }),
    ),
  );
  assertReceived(reply.headers["opc-content-md5"], part.md5, what);
  return reply.headers.etag ?? "";
}
