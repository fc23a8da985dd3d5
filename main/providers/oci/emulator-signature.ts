import { createHash, verify } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { EmulatedAccount } from "./emulator-account.ts";

/** A request as it came over the wire. `target`: as in the request line, not decoded. */
export interface SignedExchange {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

const toleratedSkewMs = 5 * 60_000;
const parameter = /([a-zA-Z]+)="([^"]*)"/g;
const withoutBody = ["(request-target)", "host"];
const withBody = [...withoutBody, "content-type", "content-length", "x-content-sha256"];

/**
 * Checks a signature from the receiver's side, after "Request Signatures" and draft-cavage-http-signatures-08. It
 * shares nothing with the signer. Answers why it is refused, or null. `contentUnsigned`: the content of an
 * object, whose body headers need not be signed.
 */
export function whyRefused(
  { method, target, headers }: SignedExchange,
  account: EmulatedAccount,
  options: { nowMs: number; contentUnsigned: boolean },
): string | null {
  const authorization = headers.authorization ?? "";
  if (!authorization.startsWith("Signature "))
    return "The required information to complete authentication was not provided.";
  const given = new Map([...authorization.matchAll(parameter)].map(([, name, value]) => [name, value ?? ""]));
  if (given.get("version") !== "1" || given.get("algorithm") !== "rsa-sha256")
    return "The signature's version or algorithm is not supported.";
  const known = [
    `${account.tenancyId}/${account.userId}/${account.fingerprint}`,
    ...(account.sessionToken === null ? [] : [`ST$${account.sessionToken}`]),
  ];
  if (!known.includes(given.get("keyId") ?? "")) return "The key of the signature is not known.";

  const names = (given.get("headers") ?? "").split(" ").map((name) => name.toLowerCase());
  const bodySigned = ["POST", "PUT", "PATCH"].includes(method) && !options.contentUnsigned;
  const missing = (bodySigned ? withBody : withoutBody).filter((name) => !names.includes(name));
  if (missing.length > 0) return `These headers must be signed: ${missing.join(" ")}.`;
  const dateName = names.find((name) => name === "date" || name === "x-date");
  if (dateName === undefined) return "The date must be signed.";
  const skewMs = Math.abs(Date.parse(String(headers[dateName] ?? "")) - options.nowMs);
  if (!(skewMs <= toleratedSkewMs)) return "The date of the request is more than five minutes off.";

  const lines: string[] = [];
  for (const name of names) {
    const value = name === "(request-target)" ? `${method.toLowerCase()} ${target}` : headers[name];
    if (typeof value !== "string") return `The signed header ${name} was not sent.`;
    lines.push(`${name}: ${value}`);
  }
  const signature = Buffer.from(given.get("signature") ?? "", "base64");
  const right = verify("RSA-SHA256", Buffer.from(lines.join("\n"), "latin1"), account.publicKey, signature);
  return right ? null : "Failed to verify the HTTP(S) Signature.";
}

/** Whether the signed digest is that of the body that came. */
export const bodyIsSigned = (headers: IncomingHttpHeaders, body: Buffer): boolean =>
  headers["x-content-sha256"] === createHash("sha256").update(body).digest("base64");
