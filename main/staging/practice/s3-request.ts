import type { IncomingMessage } from "node:http";
import { S3Fault } from "./s3-fault.ts";
import type { IncomingRequest } from "./sigv4.ts";

/** A request taken apart, before anybody believes it. */
export interface S3Request extends IncomingRequest {
  /** Empty for the service itself. */
  bucket: string;
  /** Empty for the bucket itself. */
  key: string;
  parameters: ReadonlyMap<string, string>;
}

/** What an operation answers. */
export interface S3Answer {
  status: number;
  headers?: Record<string, string>;
  body?: string | AsyncIterable<Uint8Array>;
}

const maxKeyBytes = 1024;

/**
 * Takes path and query apart without normalising them: `..` in a key is a key, and the signature covers the
 * bytes that were sent.
 */
export function parseRequest(message: IncomingMessage): S3Request {
  const target = message.url ?? "/";
  const cut = target.indexOf("?");
  const rawPath = cut < 0 ? target : target.slice(0, cut);
  const query = parseQuery(cut < 0 ? "" : target.slice(cut + 1));
  const [, rawBucket = "", ...rawKey] = rawPath.split("/");
  const key = decode(rawKey.join("/"));
  if (Buffer.byteLength(key) > maxKeyBytes) throw new S3Fault(400, "KeyTooLongError", "Your key is too long");
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, [value ?? ""].flat().join(",")]),
  );
  return {
    method: message.method ?? "GET",
    rawPath,
    query,
    headers,
    bucket: decode(rawBucket),
    key,
    parameters: new Map(query),
  };
}

function parseQuery(text: string): [string, string][] {
  return text
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const cut = pair.indexOf("=");
      return cut < 0 ? [decode(pair), ""] : [decode(pair.slice(0, cut)), decode(pair.slice(cut + 1))];
    });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Fault(400, "InvalidURI", "Couldn't parse the specified URI.");
  }
}
