import { describe, expect, it } from "vitest";
import { pump } from "./pump.ts";

const chunk = (sizeBytes: number) => new Uint8Array(sizeBytes);

/** A source that counts what was taken from it. */
function countingSource(chunks: number, sizeBytes: number) {
  const taken = { count: 0 };
  async function* source() {
    while (taken.count < chunks) {
      taken.count += 1;
      yield chunk(sizeBytes);
    }
  }
  return { taken, source: source() };
}

/** A terminal that draws only when told to. */
function slowSink() {
  const waiting: (() => void)[] = [];
  return {
    waiting,
    sink: { write: (_data: Uint8Array, onDrawn: () => void) => void waiting.push(onDrawn) },
    draw: (count: number) => {
      for (const drawn of waiting.splice(0, count)) drawn();
    },
  };
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("pump", () => {
  it("stops pulling above the high mark and goes on at the low one", async () => {
    const { taken, source } = countingSource(100, 10);
    const { sink, draw } = slowSink();
    const done = pump(source, sink, { highBytes: 50, lowBytes: 20 });
    await settle();
    expect(taken.count).toBe(6);
    draw(3);
    await settle();
    expect(taken.count).toBe(6);
    draw(1);
    await settle();
    expect(taken.count).toBe(10);
    // Let the rest through: drawing everything repeatedly empties the source.
    for (let round = 0; round < 50; round += 1) {
      draw(1000);
      await settle();
    }
    await done;
    expect(taken.count).toBe(100);
  });

  it("keeps order", async () => {
    const seen: number[] = [];
    async function* source() {
      for (let value = 0; value < 20; value += 1) yield Uint8Array.of(value);
    }
    await pump(source(), {
      write: (data, onDrawn) => {
        seen.push(data[0] ?? -1);
        onDrawn();
      },
    });
    expect(seen).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it("hands on the source's failure", async () => {
    async function* source() {
      yield chunk(1);
      throw new Error("gone");
    }
    await expect(pump(source(), { write: (_data, onDrawn) => onDrawn() })).rejects.toThrow("gone");
  });
});
