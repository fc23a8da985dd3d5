import { createHash, createHmac } from "node:crypto";
import { AppError } from "#core/lib/app-error.ts";
import { publicUrl } from "./public-url.ts";
import type { S3Address } from "./s3-connection.ts";

/** "Authenticating Requests: Using Query Parameters (AWS Signature Version 4)": seven days at most. */
const maxExpirySeconds = 604_800;

/**
 * A link that lets its holder read one object until it expires (Signature Version 4 in the query). It is good for
 * one method. What it says about the keys is their id, never the secret.
 */
export function presign(
  method: "GET" | "HEAD",
  address: S3Address,
  key: string,
  { expiresInMs, nowMs }: { expiresInMs: number; nowMs: number },
): string {
  const expirySeconds = Math.floor(expiresInMs / 1000);
  if (!(expirySeconds >= 1 && expirySeconds <= maxExpirySeconds)) {
    throw new AppError("bad-input", "A signed link is good for one second to seven days");
  }
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, ""); // 20261130T143000Z
  const scope = `${time.slice(0, 8)}/${address.region}/s3/aws4_request`;
  const url = new URL(publicUrl({ ...address, publicUrlTemplate: null }, key));
  const query = [
    ["X-Amz-Algorithm", "AWS4-HMAC-SHA256"],
    ["X-Amz-Credential", `${address.accessKeyId}/${scope}`],
    ["X-Amz-Date", time],
    ["X-Amz-Expires", String(expirySeconds)],
    ["X-Amz-SignedHeaders", "host"],
  ]
    .map(([name, value]) => `${name}=${encodeURIComponent(value ?? "")}`)
    .join("&");
  const path = url.pathname.replaceAll(":", "%3A"); // sent as it is, signed encoded, as every server computes it
  const request = [method, path, query, `host:${url.host}\n`, "host", "UNSIGNED-PAYLOAD"].join("\n");
  const digest = createHash("sha256").update(request).digest("hex");
  const toSign = ["AWS4-HMAC-SHA256", time, scope, digest].join("\n");
  const signingKey = scope
    .split("/")
    .reduce<Buffer>(
      (previous, word) => createHmac("sha256", previous).update(word).digest(),
      Buffer.from(`AWS4${address.secretAccessKey}`),
    );
  const signature = createHmac("sha256", signingKey).update(toSign).digest("hex");
  return `${url.href}?${query}&X-Amz-Signature=${signature}`;
}
