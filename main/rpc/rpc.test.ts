import { describe, expect, it } from "vitest";
import { emptyState, type StateEvent } from "#contract/state.ts";
import type { Handlers } from "#core/handlers.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Client } from "./api.ts";
import { createClient } from "./client.ts";
import {
  bytePayloadBytes,
  byteWindowBytes,
  itemWindow,
  maxClientFrameBytes,
  maxOpenCalls,
} from "./flow-limits.ts";
import { decodeBytes } from "./frames.ts";
import { createChannelPair, type MemoryChannel } from "./memory-channel.ts";
import { createMemoryClient } from "./memory-client.ts";
import { serveChannel } from "./serve-channel.ts";

/** Only what a test gives; anything else fails like a defect would. */
const partial = (given: Partial<Handlers>): Handlers => given as Handlers;

function connect(given: Partial<Handlers>): { client: Client; near: MemoryChannel; far: MemoryChannel } {
  const [near, far] = createChannelPair();
  serveChannel(partial(given), far, { validateOutputs: true });
  return { client: createClient(near), near, far };
}

/** Everything queued in microtasks has run after one macrotask. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const snapshot = (seq: number): StateEvent => ({ type: "snapshot", seq, state: emptyState() });

describe("calls", () => {
  it("carry parsed input with its defaults and the answer back", async () => {
    const seen: unknown[] = [];
    const { client } = connect({
      "machines.create": (input) => (seen.push(input), Promise.resolve({ machineId: "m1" })),
    });
    expect(await client.call("machines.create", { name: "  golden  " })).toEqual({ machineId: "m1" });
    expect(seen).toMatchObject([{ name: "golden", isoPath: null, hardware: { cores: 2, firmware: "bios" } }]);
  });

  it("refuse input by name of the field, without asking the handler", async () => {
    let asked = 0;
    const { client } = connect({ "machines.create": () => (asked++, Promise.resolve({ machineId: "m1" })) });
    const refused = client.call("machines.create", { name: "x", hardware: { cores: 0 } });
    await expect(refused).rejects.toMatchObject({ code: "bad-input", message: /hardware\.cores/ });
    expect(asked).toBe(0);
  });

  it("carry errors with code, hint and details", async () => {
    const { client } = connect({
      "machines.start": () =>
        Promise.reject(new AppError("tool-missing", "QEMU is gone", { hint: "Get it", details: { a: 1 } })),
      "machines.reset": () => {
        throw new TypeError("thrown at once");
      },
    });
    const error = await client.call("machines.start", { machineId: "m" }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(AppError);
    expect(error).toMatchObject({
      code: "tool-missing",
      message: "QEMU is gone",
      hint: "Get it",
      details: { a: 1 },
    });
    await expect(client.call("machines.reset", { machineId: "m" })).rejects.toMatchObject({
      code: "internal",
    });
  });

  it("carry the message even when the details cannot be written as JSON", async () => {
    const { client } = connect({
      "machines.start": () => Promise.reject(new AppError("tool-failed", "Words", { details: { n: 1n } })),
    });
    await expect(client.call("machines.start", { machineId: "m" })).rejects.toMatchObject({
      message: "Words",
    });
  });

  it("are aborted at the handler when the caller aborts", async () => {
    const reasons: unknown[] = [];
    const { client } = connect({
      "machines.start": (_input, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            reasons.push((signal.reason as AppError).code);
            reject(signal.reason as AppError);
          });
        }),
    });
    const controller = new AbortController();
    const call = client.call("machines.start", { machineId: "m" }, controller.signal);
    await settled();
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "cancelled" });
    await settled();
    expect(reasons).toEqual(["cancelled"]);
    await expect(client.call("machines.start", { machineId: "m" }, controller.signal)).rejects.toMatchObject({
      code: "cancelled",
    });
  });

  it("fail on a wrong answer of a handler when outputs are validated", async () => {
    const wrong = {
      "machines.create": () => Promise.resolve({ nonsense: 1 }),
    } as unknown as Partial<Handlers>;
    const client = createMemoryClient(partial(wrong), { validateOutputs: true });
    await expect(client.call("machines.create", { name: "x" })).rejects.toMatchObject({ code: "internal" });
  });
});

describe("item streams", () => {
  it("yield in order and end", async () => {
    const { client } = connect({
      "state.watch": async function* () {
        yield snapshot(1);
        yield { type: "patch", seq: 2, changes: [] };
      },
    });
    const seen: number[] = [];
    for await (const event of client.stream("state.watch", {})) seen.push(event.seq);
    expect(seen).toEqual([1, 2]);
  });

  it("stop pulling when the consumer is slow, and go on when it takes", async () => {
    let pulled = 0;
    const { client } = connect({
      "state.watch": async function* () {
        for (;;) yield { type: "patch", seq: ++pulled, changes: [] };
      },
    });
    const events = client.stream("state.watch", {})[Symbol.asyncIterator]();
    expect((await events.next()).value).toMatchObject({ seq: 1 });
    await settled();
    expect(pulled).toBe(itemWindow);
    for (let i = 2; i <= itemWindow + 1; i++) await events.next();
    await settled();
    expect(pulled).toBeGreaterThan(itemWindow);
    expect(pulled).toBeLessThanOrEqual(2 * itemWindow);
    await events.return?.();
  });

  it("are ended at the handler when the consumer leaves its loop", async () => {
    let ended = false;
    const { client } = connect({
      "state.watch": async function* (_input, signal) {
        try {
          yield snapshot(1);
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
        } finally {
          ended = true;
        }
      },
    });
    for await (const _event of client.stream("state.watch", {})) break;
    await settled();
    expect(ended).toBe(true);
  });

  it("carry an error after what came before it", async () => {
    const { client } = connect({
      "state.watch": async function* () {
        yield snapshot(1);
        throw new AppError("disk-full", "No room");
      },
    });
    const events = client.stream("state.watch", {})[Symbol.asyncIterator]();
    expect((await events.next()).value).toMatchObject({ seq: 1 });
    await expect(events.next()).rejects.toMatchObject({ code: "disk-full" });
  });
});

describe("byte streams", () => {
  const chunkBytes = 10_000;

  /** Counts up in every byte so that loss, doubling and disorder all show. */
  function endless(count: { pulled: number }): Handlers["console.read"] {
    return async function* () {
      for (;;) {
        const start = count.pulled;
        count.pulled += chunkBytes;
        yield Uint8Array.from({ length: chunkBytes }, (_, i) => (start + i) % 251);
      }
    };
  }

  it("arrive complete and in order through many windows", async () => {
    const count = { pulled: 0 };
    const { client } = connect({ "console.read": endless(count) });
    let position = 0;
    for await (const piece of client.bytes("console.read", { machineId: "m" })) {
      expect(piece.byteLength).toBeLessThanOrEqual(bytePayloadBytes);
      for (const byte of piece)
        if (byte !== position++ % 251) throw new Error(`wrong byte at ${position - 1}`);
      if (position > 5 * byteWindowBytes) break;
    }
    expect(position).toBeGreaterThan(5 * byteWindowBytes);
  });

  it("are never read ahead of a slow reader by more than the window and one chunk", async () => {
    const count = { pulled: 0 };
    const { client } = connect({ "console.read": endless(count) });
    const pieces = client.bytes("console.read", { machineId: "m" })[Symbol.asyncIterator]();
    let takenBytes = 0;
    for (let i = 0; i < 200; i++) {
      const piece = await pieces.next();
      if (piece.done === true) throw new Error("ended early");
      await settled();
      expect(count.pulled - takenBytes).toBeLessThanOrEqual(byteWindowBytes + chunkBytes);
      takenBytes += piece.value.byteLength;
    }
    await pieces.return?.();
  });

  it("let a chunk pass that is larger than the window", async () => {
    const large = new Uint8Array(3 * byteWindowBytes + 7).fill(5);
    const { client } = connect({
      "console.read": async function* () {
        yield large;
      },
    });
    let total = 0;
    for await (const piece of client.bytes("console.read", { machineId: "m" })) total += piece.byteLength;
    expect(total).toBe(large.byteLength);
  });

  it("hold to the window whatever credit a client claims", async () => {
    const count = { pulled: 0 };
    const [near, far] = createChannelPair();
    serveChannel(partial({ "console.read": endless(count) }), far);
    let receivedBytes = 0;
    near.onFrame((frame) => {
      if (typeof frame !== "string") receivedBytes += decodeBytes(frame)?.payload.byteLength ?? 0;
    });
    near.send(JSON.stringify({ t: "open", id: 9, name: "console.read", input: { machineId: "m" } }));
    await settled();
    expect(receivedBytes).toBe(byteWindowBytes);
    near.send(JSON.stringify({ t: "credit", id: 9, bytes: 1_000_000_000 }));
    await settled();
    expect(receivedBytes).toBe(2 * byteWindowBytes);
  });

  it("end with the consumer's abort", async () => {
    const controller = new AbortController();
    const { client } = connect({ "console.read": endless({ pulled: 0 }) });
    const pieces = client
      .bytes("console.read", { machineId: "m" }, controller.signal)
      [Symbol.asyncIterator]();
    await pieces.next();
    controller.abort();
    await expect(pieces.next()).rejects.toMatchObject({ code: "cancelled" });
  });
});

describe("a hostile or broken other side", () => {
  const frames: [string, string | Uint8Array, number][] = [
    ["no JSON", "{", 0],
    ["JSON of no shape", "[1,2]", 0],
    ["an unknown type", '{"t":"shutdown","id":3}', 3],
    ["an id that is no number", '{"t":"call","id":"7","name":"machines.start"}', 0],
    ["an id out of range", '{"t":"call","id":4294967296,"name":"machines.start"}', 0],
    ["a binary frame", new Uint8Array([0, 0, 0, 1, 2]), 0],
    ["an unknown procedure", '{"t":"call","id":5,"name":"machines.explode","input":{}}', 5],
    ["a name out of the prototype", '{"t":"call","id":5,"name":"constructor","input":{}}', 5],
    ["a stream called like a query", '{"t":"call","id":6,"name":"state.watch","input":{}}', 6],
    ["a query opened like a stream", '{"t":"open","id":6,"name":"doctor.run","input":{}}', 6],
    ["a frame that is too large", `"${"x".repeat(maxClientFrameBytes)}"`, 0],
  ];

  it.each(frames)("is answered with an error on %s, and the next call works", async (_what, frame, id) => {
    const [near, far] = createChannelPair();
    serveChannel(partial({ "machines.start": () => Promise.resolve({}) }), far);
    const answers: unknown[] = [];
    near.onFrame((answer) => answers.push(JSON.parse(answer as string)));
    near.send(frame);
    near.send('{"t":"call","id":8,"name":"machines.start","input":{"machineId":"m"}}');
    await settled();
    expect(answers).toMatchObject([
      { t: "error", id, error: { code: "protocol" } },
      { t: "result", id: 8, value: {} },
    ]);
  });

  it("is not hurt by credit and abort for what has ended", async () => {
    const { client, near } = connect({ "machines.start": () => Promise.resolve({}) });
    near.send('{"t":"abort","id":77}');
    near.send('{"t":"credit","id":77,"bytes":5}');
    expect(await client.call("machines.start", { machineId: "m" })).toEqual({});
  });

  it("loses both calls when it uses an id twice", async () => {
    const [near, far] = createChannelPair();
    const aborted: boolean[] = [];
    serveChannel(
      partial({
        "machines.start": (_input, signal) =>
          new Promise((resolve) => signal.addEventListener("abort", () => (aborted.push(true), resolve({})))),
      }),
      far,
    );
    const answers: unknown[] = [];
    near.onFrame((answer) => answers.push(JSON.parse(answer as string)));
    const call = '{"t":"call","id":1,"name":"machines.start","input":{"machineId":"m"}}';
    near.send(call);
    near.send(call);
    await settled();
    expect(aborted).toEqual([true]);
    expect(answers).toMatchObject([{ t: "error", id: 1, error: { code: "protocol" } }]);
  });

  it("may have only so many calls open", async () => {
    const { client, near } = connect({ "machines.start": () => new Promise(() => {}) });
    const calls = Array.from({ length: maxOpenCalls + 1 }, () =>
      client.call("machines.start", { machineId: "m" }),
    );
    await expect(calls.at(-1)).rejects.toMatchObject({ code: "rate-limited" });
    near.close();
    for (const call of calls.slice(0, -1)) await expect(call).rejects.toMatchObject({ code: "network" });
  });

  it("cannot break the client with frames of no sense", async () => {
    const { client, far } = connect({ "machines.start": () => Promise.resolve({}) });
    for (const frame of [
      "{",
      '{"t":"result"}',
      '{"t":"end","id":99}',
      new Uint8Array([1]),
      new Uint8Array(9),
    ]) {
      far.send(frame);
    }
    expect(await client.call("machines.start", { machineId: "m" })).toEqual({});
  });
});

describe("closing the channel in the middle", () => {
  it("rejects everything open, aborts the handlers and refuses what comes later", async () => {
    const aborted: string[] = [];
    const { client, near } = connect({
      "machines.start": (_input, signal) =>
        new Promise(() => signal.addEventListener("abort", () => aborted.push("call"))),
      "state.watch": async function* (_input, signal) {
        yield snapshot(1);
        await new Promise<void>((resolve) =>
          signal.addEventListener("abort", () => (aborted.push("stream"), resolve())),
        );
      },
    });
    const call = client.call("machines.start", { machineId: "m" });
    const events = client.stream("state.watch", {})[Symbol.asyncIterator]();
    await events.next();
    const next = events.next();
    near.close();
    await expect(call).rejects.toMatchObject({ code: "network", retry: "later" });
    await expect(next).rejects.toMatchObject({ code: "network" });
    await expect(client.call("machines.start", { machineId: "m" })).rejects.toMatchObject({
      code: "network",
    });
    await expect(client.stream("state.watch", {})[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: "network",
    });
    expect(aborted.toSorted()).toEqual(["call", "stream"]);
  });
});
