import { EventEmitter } from "node:events";
import type { Readable, Writable } from "node:stream";

/** A reply or an event, as loosely typed as the protocol's own JSON; every reader picks what it needs. */
export type CdpValue = Record<string, unknown>;
type Listener = (params: CdpValue) => void;

interface Message {
  id?: number;
  method?: string;
  params?: CdpValue;
  result?: CdpValue;
  error?: { message: string };
  sessionId?: string;
}

/**
 * The Chrome DevTools Protocol over a pipe (`--remote-debugging-pipe`): JSON, each message ended by a NUL. The
 * browser ends when the pipe closes, so a killed harness leaves no browser behind.
 */
export class Cdp {
  readonly #input: Writable;
  readonly #pending = new Map<
    number,
    { resolve: (value: CdpValue) => void; reject: (error: Error) => void }
  >();
  readonly #sessions = new Map<string, EventEmitter>();
  #lastId = 0;
  #rest: Buffer[] = [];

  constructor(input: Writable, output: Readable) {
    this.#input = input;
    input.on("error", () => this.#fail());
    output.on("data", (piece: Buffer) => this.#read(piece));
    output.on("close", () => this.#fail());
  }

  /** The browser itself is the session "". */
  send(method: string, params: CdpValue = {}, sessionId = ""): Promise<CdpValue> {
    const id = ++this.#lastId;
    const session = sessionId === "" ? {} : { sessionId };
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#input.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    });
  }

  on(sessionId: string, method: string, listener: Listener): void {
    const session = this.#sessions.get(sessionId) ?? new EventEmitter();
    this.#sessions.set(sessionId, session);
    session.on(method, listener);
  }

  #read(piece: Buffer): void {
    let start = 0;
    for (let end = piece.indexOf(0); end !== -1; end = piece.indexOf(0, start)) {
      this.#rest.push(piece.subarray(start, end));
      const text = Buffer.concat(this.#rest).toString("utf8");
      this.#rest = [];
      start = end + 1;
      this.#take(JSON.parse(text) as Message);
    }
    if (start < piece.length) this.#rest.push(piece.subarray(start));
  }

  #take(message: Message): void {
    if (message.method !== undefined) {
      this.#sessions.get(message.sessionId ?? "")?.emit(message.method, message.params ?? {});
      return;
    }
    const pending = this.#pending.get(message.id ?? 0);
    if (pending === undefined) return;
    this.#pending.delete(message.id ?? 0);
    if (message.error !== undefined) pending.reject(new Error(message.error.message));
    else pending.resolve(message.result ?? {});
  }

  #fail(): void {
    for (const { reject } of this.#pending.values()) reject(new Error("The browser has ended"));
    this.#pending.clear();
  }
}
