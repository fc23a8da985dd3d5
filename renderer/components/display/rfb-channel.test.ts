import { expect, it } from "vitest";
import type { Client } from "#rpc/api.ts";
import { RfbChannel } from "./rfb-channel.ts";

/** A core whose display says what is pushed, and keeps what is written. */
function fakeDisplay() {
  const written: string[] = [];
  const pieces: (Uint8Array | "end" | "fail")[] = [];
  let wake = (): void => {};
  const client = {
    async call(_name: string, input: { base64: string }) {
      await Promise.resolve();
      written.push(Buffer.from(input.base64, "base64").toString("latin1"));
      return {};
    },
    async *bytes(_name: string, _input: object, signal?: AbortSignal) {
      signal?.addEventListener("abort", () => wake());
      while (signal?.aborted !== true) {
        const next = pieces.shift();
        if (next === "end") return;
        if (next === "fail") throw new Error("gone");
        if (next !== undefined) yield next;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
  const say = (piece: Uint8Array | "end" | "fail"): void => {
    pieces.push(piece);
    wake();
  };
  return { client: client as unknown as Client, say, written };
}
const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

it("has every property that noVNC asks of a channel, as its own", () => {
  const own = Object.keys(new RfbChannel(fakeDisplay().client, "m"));
  const wanted = ["send", "close", "binaryType", "onerror", "onmessage", "onopen", "protocol", "readyState"];
  expect(own).toEqual(expect.arrayContaining(wanted));
});

it("opens with the server's first words, then carries bytes both ways in order", async () => {
  const { client, say, written } = fakeDisplay();
  const channel = new RfbChannel(client, "m");
  const heard: string[] = [];
  channel.onopen = () => heard.push("open");
  channel.onmessage = ({ data }) => heard.push(Buffer.from(data).toString());
  channel.start();
  expect(channel.readyState).toBe("connecting");
  say(text("RFB 003.008\n"));
  await turn();
  expect(heard).toEqual(["open", "RFB 003.008\n"]);
  const buffer = text("one");
  channel.send(buffer);
  buffer.fill(0); // noVNC uses its buffer again
  channel.send(text("two"));
  channel.send(text("three"));
  await turn();
  expect(written.join("")).toBe("onetwothree");
  expect(written.length).toBeLessThan(3);
});

it.each([
  ["end", 1000],
  ["fail", 1006],
] as const)("closes when the display's bytes %s", async (how, code) => {
  const { client, say } = fakeDisplay();
  const channel = new RfbChannel(client, "m");
  const closed: number[] = [];
  channel.onclose = (event) => closed.push(event.code);
  channel.start();
  say(text("RFB"));
  say(how);
  await turn();
  expect(closed).toEqual([code]);
  expect(channel.readyState).toBe("closed");
});

it("lets go of the connection when noVNC closes it", async () => {
  const { client, say } = fakeDisplay();
  const channel = new RfbChannel(client, "m");
  let closed = 0;
  channel.onclose = () => (closed += 1);
  channel.start();
  say(text("RFB"));
  await turn();
  channel.close();
  channel.close();
  await turn();
  expect([closed, channel.readyState]).toEqual([1, "closed"]);
});
