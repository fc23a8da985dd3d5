import { expect, it } from "vitest";
import { createTurns } from "./turns.ts";

it("lets so many run at a time, in order, also when one fails", async () => {
  const turn = createTurns(2);
  const ends: (() => void)[] = [];
  const begun: number[] = [];
  const work = (id: number) =>
    turn(async () => {
      begun.push(id);
      await new Promise<void>((resolve) => ends.push(resolve));
      if (id === 0) throw new Error("first");
      return id;
    });
  const all = [0, 1, 2, 3].map((id) => work(id).catch((error: unknown) => error));
  expect(begun).toEqual([0, 1]);
  for (let end = 0; end < 4; end += 1) {
    ends[end]?.();
    await all[end];
  }
  expect(begun).toEqual([0, 1, 2, 3]);
  expect((await Promise.all(all)).slice(1)).toEqual([1, 2, 3]);
});
