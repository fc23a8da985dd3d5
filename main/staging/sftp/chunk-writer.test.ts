import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { ChunkWriter, chunkBytes, chunksInFlight, type OpenFile } from "./chunk-writer.ts";

class Lost extends Error {}

/** A server whose connections break after so many chunks each. */
function fakeServer(breaksAfter: readonly number[], takesBytes = chunkBytes) {
  const disk = Buffer.alloc(chunkBytes * 200);
  const seen = { connections: 0, sentBytes: 0, mostInFlight: 0, longestBytes: 0, sizeBytes: 0 };
  let breaks = [...breaksAfter];
  const open = async (): Promise<OpenFile> => {
    seen.connections++;
    let left = breaks.shift() ?? Number.POSITIVE_INFINITY;
    let inFlight = 0;
    return {
      chunkBytes: takesBytes,
      write: async (given, startByte) => {
        seen.longestBytes = Math.max(seen.longestBytes, given.length);
        const bytes = Buffer.from(given);
        seen.sentBytes += bytes.length;
        seen.mostInFlight = Math.max(seen.mostInFlight, ++inFlight);
        await new Promise((resolve) => setTimeout(resolve, 1));
        inFlight--;
        if (--left < 0) throw new Lost("gone");
        disk.set(bytes, startByte);
        seen.sizeBytes = Math.max(seen.sizeBytes, startByte + bytes.length);
      },
      sizeBytes: async () => seen.sizeBytes,
      sync: async () => {},
      close: async () => {},
    };
  };
  return { disk, seen, open };
}

async function send(content: Buffer, server: Pick<ReturnType<typeof fakeServer>, "open">): Promise<number> {
  let takenBytes = 0;
  const writer = await ChunkWriter.open({
    open: server.open,
    onTaken: (byteCount) => (takenBytes += byteCount),
    isLoss: (error) => error instanceof Lost,
  });
  try {
    for (let at = 0; at < content.length; at += 300_000) {
      await writer.write(content.subarray(at, at + 300_000), at);
    }
    await writer.finish();
    return takenBytes;
  } finally {
    await writer.close();
  }
}

it("keeps a bounded number of chunks on their way", async () => {
  const server = fakeServer([]);
  const content = randomBytes(chunkBytes * 150 + 17);
  expect(await send(content, server)).toBe(content.length);
  expect(server.disk.subarray(0, content.length).equals(content)).toBe(true);
  expect(server.seen.mostInFlight).toBe(chunksInFlight);
});

it("sends what the server takes at once, whatever it is given, and bounds the bytes", async () => {
  const server = fakeServer([], 261_120);
  const content = randomBytes(chunkBytes * 199 + 5);
  expect(await send(content, server)).toBe(content.length);
  expect(server.disk.subarray(0, content.length).equals(content)).toBe(true);
  expect(server.seen.longestBytes).toBe(261_120);
  expect(server.seen.mostInFlight * 261_120).toBeLessThanOrEqual(4 * 1024 ** 2);
  expect(server.seen.mostInFlight).toBeGreaterThan(4);
});

it("sends again over a new connection what was not confirmed, and tells each byte once", async () => {
  const server = fakeServer([70, 10, 1]);
  const content = randomBytes(chunkBytes * 150);
  expect(await send(content, server)).toBe(content.length);
  expect(server.disk.subarray(0, content.length).equals(content)).toBe(true);
  expect(server.seen.connections).toBe(4);
  expect(server.seen.sentBytes).toBeLessThanOrEqual(content.length + 3 * chunksInFlight * chunkBytes);
});

it("gives up when connection after connection brings nothing", async () => {
  const server = fakeServer([0, 0, 0, 0, 0, 0, 0, 0]);
  await expect(send(randomBytes(chunkBytes * 80), server)).rejects.toThrow("gone");
  expect(server.seen.connections).toBe(5);
});

it("does not try again what is refused", async () => {
  const refuse = async (): Promise<never> => {
    throw new Error("no space");
  };
  const open = async (): Promise<OpenFile> => ({
    chunkBytes,
    write: refuse,
    sizeBytes: async () => 0,
    sync: async () => {},
    close: async () => {},
  });
  await expect(send(randomBytes(chunkBytes * 3), { open })).rejects.toThrow("no space");
});

it("says so when the server has lost what it had confirmed", async () => {
  const server = fakeServer([20]);
  const forgetful = async (): Promise<OpenFile> => {
    const file = await server.open();
    return server.seen.connections === 1 ? file : { ...file, sizeBytes: async () => chunkBytes };
  };
  await expect(send(randomBytes(chunkBytes * 40), { open: forgetful })).rejects.toMatchObject({
    code: "staging-failed",
    retry: "now",
  });
});
