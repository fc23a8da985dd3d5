import { createHash } from "node:crypto";
import { AppError } from "#core/lib/app-error.ts";

export const bareEtag = (etag: string | undefined): string =>
  (etag ?? "").replace(/^W\//, "").replaceAll('"', "");

/**
 * The ETag of an object or part sent in one request is its MD5, unless the store encrypts it with keys of its
 * own ("Object", Amazon S3 API reference); then there is nothing to compare.
 */
export function assertEtag(
  answer: { ETag?: string | undefined; ServerSideEncryption?: string | undefined },
  md5: Buffer,
  what: string,
): void {
  const etag = bareEtag(answer.ETag);
  const isMd5 = /^[0-9a-f]{32}$/.test(etag) && !(answer.ServerSideEncryption ?? "").startsWith("aws:kms");
  if (isMd5 && etag !== md5.toString("hex")) {
    throw new AppError("staging-failed", `The storage received other bytes than were sent (${what})`, {
      hint: "Retry: the damaged part is sent again. If it happens again, check the network equipment.",
      retry: "now",
    });
  }
}

/** ETag of an object that was put together from parts: MD5 of the parts' MD5s, a dash, their number. */
export function compositeEtag(md5s: readonly Buffer[]): string {
  const md5 = createHash("md5");
  for (const part of md5s) md5.update(part);
  return `${md5.digest("hex")}-${md5s.length}`;
}
