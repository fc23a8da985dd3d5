import type { SignedLink } from "../staging-store.ts";
import { presign } from "./presign.ts";
import type { Ask, S3Address } from "./s3-connection.ts";
import { isMissing } from "./staging-error.ts";

/** Lets everybody who knows its plain URL read an object, or ends that. */
export async function setAccess(
  ask: Ask,
  bucket: string,
  key: string,
  access: "public-read" | "private",
  signal: AbortSignal,
): Promise<void> {
  try {
    await ask(signal, (client, sdk, options) =>
      client.send(new sdk.PutObjectAclCommand({ Bucket: bucket, Key: key, ACL: access }), options),
    );
  } catch (error) {
    if (access === "private" && isMissing(error)) return;
    throw error;
  }
}

export function signLink(address: S3Address, key: string, expiresInMs: number, nowMs: number): SignedLink {
  const when = { expiresInMs, nowMs };
  return {
    url: presign("GET", address, key, when),
    headUrl: presign("HEAD", address, key, when),
    expiresAtIso: new Date(nowMs + expiresInMs).toISOString(),
  };
}
