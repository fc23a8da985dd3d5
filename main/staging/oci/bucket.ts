import { z } from "zod";
import type { TransferGate } from "../transfer-gate.ts";
import { withRetry, type RetryOptions } from "../upload/with-retry.ts";
import type { Exchange, ObjectReply, ObjectRequest } from "./object-storage.ts";
import { isPassing } from "./staging-error.ts";

/** One bucket, opened: what the functions of this folder share. */
export interface Bucket {
  readonly name: string;
  readonly exchange: Exchange;
  /** Tries again what may pass. */
  readonly retry: <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T>;
  /** An exchange with retry; for everything but content. */
  readonly ask: (request: ObjectRequest) => Promise<ObjectReply>;
  /** Asked for once: an account's object storage namespace never changes. */
  readonly namespace: (signal: AbortSignal) => Promise<string>;
  /** Path below the bucket; each segment is given plain and is encoded here. */
  readonly path: (signal: AbortSignal, ...segments: string[]) => Promise<string>;
}

export function openBucket(
  name: string,
  exchange: Exchange,
  options: RetryOptions,
  gate: TransferGate,
): Bucket {
  const retry: Bucket["retry"] = (signal, work) =>
    withRetry({ ...options, isPassing, pauses: () => gate.pauses }, signal, work);
  const ask: Bucket["ask"] = (request) => retry(request.signal, () => exchange(request));
  let known: string | null = null;
  const namespace = async (signal: AbortSignal): Promise<string> => {
    if (known === null) {
      const { json } = await ask({ method: "GET", path: "/n", signal });
      known = z.string().min(1).max(200).parse(json);
    }
    return known;
  };
  return {
    name,
    exchange,
    retry,
    ask,
    namespace,
    path: async (signal, ...segments) => {
      const all = ["n", await namespace(signal), "b", name, ...segments];
      return `/${all.map(encodeURIComponent).join("/")}`;
    },
  };
}
