import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "#core/lib/app-error.ts";
import { nodeClock } from "#system/node-clock.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { SerialInput } from "./serial-input.ts";
import { TypingTurn } from "./typing-turn.ts";

let folder: string;
let server: Server;
let client: Socket | null;
let sockets: Set<Socket>;
let clients: number;
let received: Buffer;
let reading: boolean;

/** Like QEMU's serial socket: reads at its own pace and closes when it has read the client's end. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs-serial-"));
  received = Buffer.of();
  client = null;
  sockets = new Set();
  clients = 0;
  reading = true;
  server = createServer({ pauseOnConnect: true }, (socket) => {
    client = socket;
    sockets.add(socket);
    clients += 1;
    socket.on("data", (bytes: Buffer) => (received = Buffer.concat([received, bytes])));
    socket.on("error", () => {});
    socket.on("close", () => (client = null));
    if (reading) socket.resume();
    else socket.pause();
    reading = true;
  });
  await new Promise<void>((resolve) => server.listen(join(folder, "tty"), resolve));
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

const input = (change: Partial<ConstructorParameters<typeof SerialInput>[0]> = {}): SerialInput =>
  new SerialInput({
    socketPath: () => join(folder, "tty"),
    isFree: () => Promise.resolve(true),
    turn: new TypingTurn(join(folder, "lock"), { clock: nodeClock, processes: nodeProcesses }),
    clock: nodeClock,
    ...change,
  });

describe("SerialInput", () => {
  it("keeps the order of calls over one connection, and has everything delivered when it is closed", async () => {
    const serial = input();
    const texts = Array.from({ length: 50 }, (_, i) => `${i}:${"ü".repeat(i * 20)}\n`);
    await Promise.all(texts.map((text) => serial.write(text)));
    await serial.close();
    expect(received.toString()).toBe(texts.join(""));
    expect(clients).toBe(1);
  });

  it("waits for a slow guest before it lets go, and does not cut it off", async () => {
    reading = false;
    const serial = input();
    await serial.write("x".repeat(100_000));
    const closed = serial.close();
    await nodeClock.sleep(100);
    expect(received.length).toBe(0);
    client?.resume();
    await closed;
    expect(received.length).toBe(100_000);
  });

  it("does not wait for ever for a guest that reads nothing, neither to leave nor to type again", async () => {
    reading = false;
    const impatient = { ...nodeClock, sleep: () => nodeClock.sleep(20) };
    const leaving = input({ clock: impatient });
    await leaving.write("lost");
    await leaving.close();
    const next = input();
    await next.write("x"); // the turn was given back
    await next.close();
    expect(received.toString()).not.toContain("lost");
  });

  it("passes a large text at the guest's pace and stops when it is cancelled", async () => {
    reading = false;
    const serial = input();
    const stop = new AbortController();
    const writing = serial.write("y".repeat(1_000_000), stop.signal);
    const settled = await Promise.race([writing.then(() => true), nodeClock.sleep(200).then(() => false)]);
    expect(settled).toBe(false); // a socket holds some 200 kB; the rest waits
    stop.abort();
    await expect(writing).rejects.toMatchObject({ code: "cancelled" });
    client?.resume();
    await serial.close();
    expect(received.length).toBeLessThan(1_000_000);
  });

  it("lets another process type after a pause", async () => {
    const one = input();
    const two = input();
    await one.write("a");
    await two.write("b"); // waits for the first to let go
    await two.close();
    await one.close();
    expect(received.toString()).toBe("ab");
    expect(clients).toBe(2);
  });

  it("says that the machine is off, that it died, and that another program is connected", async () => {
    const off = input({
      socketPath: () => {
        throw new AppError("machine-not-running", "off");
      },
    });
    await expect(off.write("x")).rejects.toMatchObject({ code: "machine-not-running" });
    const gone = input({ socketPath: () => join(folder, "none") });
    await expect(gone.write("x")).rejects.toMatchObject({ code: "machine-not-running" });
    let askedMs = 0;
    const clock = { ...nodeClock, nowMs: () => (askedMs += 1_000) };
    const taken = input({ isFree: () => Promise.resolve(false), clock });
    await expect(taken.write("x")).rejects.toMatchObject({ code: "machine-busy" });
    const free = input();
    await free.write("ok"); // none of them kept the turn
    await free.close();
    expect(received.toString()).toBe("ok");
  });
});
