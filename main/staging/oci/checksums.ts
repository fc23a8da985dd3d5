import { createHash } from "node:crypto";
import { AppError } from "#core/lib/app-error.ts";

type Header = string | string[] | undefined;

/** `opc-content-md5` of an answer: what the store has computed over the bytes that it received. */
export function assertReceived(header: Header, md5: Buffer, what: string): void {
  if (header === undefined || header === md5.toString("base64")) return;
  throw damaged(what);
}

/**
 * `opc-multipart-md5`: MD5 over the MD5s of the parts in order, in base64; the service appends a dash and their
 * number. Answers whether the object is made of these parts.
 */
export function isMadeOf(header: Header, md5s: readonly Buffer[]): boolean {
  if (typeof header !== "string") return false;
  const whole = createHash("md5");
  for (const md5 of md5s) whole.update(md5);
  return header.replace(/-\d+$/, "") === whole.digest("base64");
}

export const damaged = (what: string): AppError =>
  new AppError("staging-failed", `The object storage received other bytes than were sent (${what})`, {
    hint: "Retry: the damaged part is sent again. If it happens again, check the network equipment.",
    retry: "now",
  });
