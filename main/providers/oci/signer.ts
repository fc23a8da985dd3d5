import { createHash, sign as signBytes } from "node:crypto";
import type { Clock } from "#ports/ports.ts";
import type { OciCredentials } from "./credentials.ts";

/** What a signature is made of. `body`: JSON text; "unsigned" for the content of an object; null for none. */
export interface SignedRequest {
  readonly method: string;
  readonly url: URL;
  readonly body: string | null;
  readonly unsignedBody?: boolean;
}

export interface OciSigner {
  /** The headers to send along; made anew for every try. */
  readonly sign: (request: SignedRequest) => Record<string, string>;
  /**
   * Given the `Date` of an answer that refused a signature: when the clocks differ by more than is tolerated,
   * later signatures carry the server's time. Answers by how much they differ (positive: ours is behind), or
   * null when the clock is not to blame or has been corrected already.
   */
  readonly correctClock: (serverDate: string | null) => number | null;
}

/** "Request Signatures": the service refuses a date that is more than five minutes off its own. */
const toleratedSkewMs = 5 * 60_000;
const methodsWithBody = ["POST", "PUT", "PATCH"];

/**
 * Signs as draft-cavage-http-signatures-08 in Oracle's profile (version 1): `x-date`, target and host; with a
 * JSON body also its type, length and SHA-256. The content of objects is sent unsigned; TLS and MD5 protect it.
 */
export function createSigner(credentials: OciCredentials, clock: Pick<Clock, "nowIso">): OciSigner {
  let aheadMs = 0;
  const now = (): number => Date.parse(clock.nowIso()) + aheadMs;
  return {
    sign: ({ method, url, body, unsignedBody = false }) => {
      const headers: Record<string, string> = { "x-date": new Date(now()).toUTCString() };
      const signed = ["x-date", "(request-target)", "host"];
      if (methodsWithBody.includes(method) && !unsignedBody) {
        const bytes = Buffer.from(body ?? "", "utf8");
        headers["content-type"] = "application/json";
        headers["content-length"] = String(bytes.length);
        headers["x-content-sha256"] = createHash("sha256").update(bytes).digest("base64");
        signed.push("content-type", "content-length", "x-content-sha256");
      }
      const lines = signed.map((name) => {
        if (name === "(request-target)")
          return `${name}: ${method.toLowerCase()} ${url.pathname}${url.search}`;
        return `${name}: ${name === "host" ? url.host : (headers[name] ?? "")}`;
      });
      const signature = signBytes("sha256", Buffer.from(lines.join("\n"), "latin1"), credentials.privateKey);
      const parameters = [
        `version="1"`,
        `keyId="${credentials.keyId}"`,
        `algorithm="rsa-sha256"`,
        `headers="${signed.join(" ")}"`,
        `signature="${signature.toString("base64")}"`,
      ];
      return { ...headers, authorization: `Signature ${parameters.join(",")}` };
    },
    correctClock: (serverDate) => {
      const serverMs = serverDate === null ? Number.NaN : Date.parse(serverDate);
      if (!Number.isFinite(serverMs) || Math.abs(serverMs - now()) <= toleratedSkewMs) return null;
      const skewMs = serverMs - Date.parse(clock.nowIso());
      aheadMs = skewMs;
      return skewMs;
    },
  };
}

/** In words for a hint, e.g. “This computer's clock is 12 minutes behind.” */
export function clockWords(skewMs: number): string {
  const minutes = Math.round(Math.abs(skewMs) / 60_000);
  const amount = minutes < 120 ? `${minutes} minutes` : `${Math.round(minutes / 60)} hours`;
  return `This computer's clock is ${amount} ${skewMs > 0 ? "behind" : "ahead"}.`;
}
