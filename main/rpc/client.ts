import { AppError } from "#core/lib/app-error.ts";
import type { Client } from "./api.ts";
import type { Channel } from "./channel.ts";
import { byteCreditLumpBytes, itemCreditLump } from "./flow-limits.ts";
import { decodeBytes, parseJson, ServerFrameSchema, type ClientFrame } from "./frames.ts";
import { InFlow } from "./in-flow.ts";

/** Someone who waits for frames of one id. */
interface Waiting {
  onItem(value: unknown): void;
  onBytes(payload: Uint8Array): void;
  onEnd(value: unknown): void;
  onError(error: AppError): void;
}

const nothing = (): void => {};

/** Of this whole process or page: a client that follows another on the same channel must not reuse its ids. */
let lastId = 0;

/**
 * The caller's end of a channel. Runs in the window as well: nothing of Node in here. When the channel closes,
 * everything open and everything asked later rejects with `network`.
 */
export function createClient(channel: Channel): Client {
  const waiting = new Map<number, Waiting>();
  let closed = false;
  const send = (frame: ClientFrame): void => {
    if (!closed) channel.send(JSON.stringify(frame));
  };

  channel.onFrame((frame) => {
    if (typeof frame === "string") return onText(frame);
    const bytes = decodeBytes(frame);
    if (bytes !== null) waiting.get(bytes.id)?.onBytes(bytes.payload);
  });
  channel.onClose(() => {
    closed = true;
    const lost = [...waiting.values()];
    waiting.clear();
    for (const one of lost) one.onError(connectionLost());
  });

  const onText = (text: string): void => {
    const parsed = ServerFrameSchema.safeParse(parseJson(text));
    if (!parsed.success) return; // a newer or broken server; what it answers is lost, not this window
    const frame = parsed.data;
    const one = waiting.get(frame.id);
    if (one === undefined) return; // given up by the caller while the answer was on its way
    if (frame.t === "item") return one.onItem(frame.value);
    waiting.delete(frame.id);
    if (frame.t === "error") return one.onError(AppError.fromWire(frame.error));
    one.onEnd(frame.t === "result" ? frame.value : undefined);
  };

  const begin = (t: "call" | "open", name: string, input: unknown, one: Waiting): number => {
    do lastId = lastId >= 0xffff_ffff ? 1 : lastId + 1;
    while (waiting.has(lastId));
    const id = lastId;
    waiting.set(id, one);
    send({ t, id, name, input });
    return id;
  };

  const call = (name: string, input: unknown, signal?: AbortSignal): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (closed) return reject(connectionLost());
      if (signal?.aborted === true) return reject(cancelled());
      let id = 0;
      const onAbort = (): void => {
        waiting.delete(id);
        send({ t: "abort", id });
        reject(cancelled());
      };
      const settle = (): void => signal?.removeEventListener("abort", onAbort);
      id = begin("call", name, input, {
        onItem: nothing,
        onBytes: nothing,
        onEnd: (value) => (settle(), resolve(value)),
        onError: (error) => (settle(), reject(error)),
      });
      signal?.addEventListener("abort", onAbort, { once: true });
    });

  /** The server is asked when iteration begins; leaving the loop or aborting the signal ends it there too. */
  async function* flow<T>(name: string, input: unknown, kind: FlowKind<T>, signal?: AbortSignal) {
    if (closed) throw connectionLost();
    if (signal?.aborted === true) throw cancelled();
    const flowing = new InFlow<T>(kind.lump, kind.sizeOf, (amount) => send(kind.credit(id, amount)));
    const id = begin("open", name, input, {
      onItem: kind.unit === "items" ? (value) => flowing.push(value as T) : nothing,
      onBytes: kind.unit === "bytes" ? (payload) => flowing.push(payload as T) : nothing,
      onEnd: () => flowing.end(null),
      onError: (error) => flowing.end(error),
    });
    const onAbort = (): void => flowing.fail(cancelled());
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      yield* flowing.values();
    } finally {
      signal?.removeEventListener("abort", onAbort);
      if (waiting.delete(id)) send({ t: "abort", id });
    }
  }

  return {
    call: (name, input, signal) => call(name, input, signal) as never,
    stream: (name, input, signal) => flow(name, input, itemFlow, signal) as never,
    bytes: (name, input, signal) => flow(name, input, byteFlow, signal),
  };
}

interface FlowKind<T> {
  unit: "items" | "bytes";
  lump: number;
  readonly sizeOf: (value: T) => number;
  readonly credit: (id: number, amount: number) => ClientFrame;
}
const itemFlow: FlowKind<unknown> = {
  unit: "items",
  lump: itemCreditLump,
  sizeOf: () => 1,
  credit: (id, items) => ({ t: "credit", id, items }),
};
const byteFlow: FlowKind<Uint8Array> = {
  unit: "bytes",
  lump: byteCreditLumpBytes,
  sizeOf: (payload) => payload.byteLength,
  credit: (id, bytes) => ({ t: "credit", id, bytes }),
};

const cancelled = (): AppError => new AppError("cancelled", "Cancelled");
const connectionLost = (): AppError =>
  new AppError("network", "The connection to Goldsmith was lost", {
    hint: "Jobs and machines go on. Reload the page; if that does not help, start Goldsmith again.",
    retry: "later",
  });
