import { setTimeout as sleep } from "node:timers/promises";

/** How the store misbehaves when a test asks for it. */
export type Trouble =
  /** Answers at once with a server error. */
  | { kind: "answer"; status: 500 | 503; code: "InternalError" | "SlowDown" }
  /** Cuts the connection after so many bytes of the request body. */
  | { kind: "cut"; afterBytes: number }
  /** Does the work, then cuts the connection instead of answering: the client cannot know that it was done. */
  | { kind: "lose-answer" }
  /** Takes the body no faster than this. */
  | { kind: "slow"; bytesPerSecond: number };

/** What trouble is decided on, and what an observer is told. */
export interface SeenRequest {
  /** Counts up from 1 over the life of the server. */
  number: number;
  method: string;
  bucket: string;
  key: string;
  parameters: ReadonlyMap<string, string>;
  headers: Readonly<Record<string, string>>;
}

export class ConnectionCut extends Error {}

/** A request body with the trouble in it. */
export async function* troubled(
  body: AsyncIterable<Uint8Array>,
  trouble: Trouble | null,
): AsyncGenerator<Uint8Array> {
  let seenBytes = 0;
  for await (const piece of body) {
    seenBytes += piece.length;
    if (trouble?.kind === "cut" && seenBytes > trouble.afterBytes) throw new ConnectionCut();
    if (trouble?.kind === "slow") await sleep((piece.length / trouble.bytesPerSecond) * 1000);
    yield piece;
  }
}
