import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { floodGatherMs, Gathering, gatherMs, liveGatherMs } from "./gather.ts";
import { readTranscript, transcriptSize } from "./transcript.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs-transcript-"));
  path = join(folder, "transcript.log");
});
afterEach(() => rm(folder, { recursive: true }));

/** Reads until so many bytes are there. */
async function take(reader: AsyncGenerator<Uint8Array>, byteCount: number): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (let have = 0; have < byteCount;) {
    const { value, done } = await reader.next();
    if (done === true) break;
    pieces.push(value);
    have += value.length;
  }
  return Buffer.concat(pieces);
}

describe("readTranscript", () => {
  it("gives what is there and then what comes, to several readers from different places", async () => {
    await writeFile(path, "first ");
    const stop = new AbortController();
    const whole = readTranscript(path, 0, stop.signal);
    const rest = readTranscript(path, 6, stop.signal);
    expect((await take(whole, 6)).toString()).toBe("first ");
    const news = Promise.all([take(whole, 6), take(rest, 6)]);
    await appendFile(path, "second");
    expect((await news).map(String)).toEqual(["second", "second"]);
    stop.abort();
    expect((await whole.next()).done).toBe(true);
    expect((await rest.next()).done).toBe(true);
  });

  it("ends while it waits, without an error, when it is aborted", async () => {
    await writeFile(path, "");
    const stop = new AbortController();
    const next = readTranscript(path, 0, stop.signal).next();
    stop.abort();
    expect((await next).done).toBe(true);
  });

  it("loses nothing of a big transcript however slowly it is pulled, and reads in small pieces", async () => {
    const content = Buffer.alloc(1_000_000, "0123456789abcdef");
    await writeFile(path, content.subarray(0, 600_000));
    const stop = new AbortController();
    const reader = readTranscript(path, 0, stop.signal);
    const first = await reader.next();
    expect(first.value?.length).toBeLessThanOrEqual(64 * 1024);
    await appendFile(path, content.subarray(600_000));
    const others = await take(reader, content.length - (first.value?.length ?? 0));
    expect(Buffer.concat([first.value ?? Buffer.of(), others]).equals(content)).toBe(true);
    stop.abort();
    await reader.return(undefined);
  });

  it("lets a flood gather, the longer the further it is ahead of what can be read, and loses nothing", async () => {
    const burst = Buffer.alloc(50_000, "0123456789abcdef\n");
    await writeFile(path, burst);
    const stop = new AbortController();
    const gathering = new Gathering();
    const pauses: number[] = [];
    vi.spyOn(gathering, "pause").mockImplementation(async (ahead) => {
      pauses.push(gatherMs(ahead));
      if (pauses.length <= 5) await appendFile(path, burst);
    });
    const whole = await take(readTranscript(path, 0, stop.signal, gathering), 6 * burst.length);
    stop.abort();
    expect(whole.equals(Buffer.concat(Array.from({ length: 6 }, () => burst)))).toBe(true);
    // One pause a fetch, not one a piece.
    expect(pauses).toHaveLength(5);
    expect(pauses[0]).toBe(liveGatherMs);
    expect(pauses.at(-1)).toBe(floodGatherMs);
  });

  it("waits for a transcript that is not there yet", async () => {
    const stop = new AbortController();
    const reader = readTranscript(path, 0, stop.signal);
    expect(await transcriptSize(path)).toBe(0);
    const news = take(reader, 5);
    await writeFile(path, "hello");
    expect((await news).toString()).toBe("hello");
    stop.abort();
    await reader.return(undefined);
  });
});
