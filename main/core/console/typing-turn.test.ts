import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ProcessIdentity } from "#ports/processes.ts";
import { nodeClock } from "#system/node-clock.ts";
import { TypingTurn } from "./typing-turn.ts";

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs-turn-"));
  path = join(folder, "typing.lock");
});
afterEach(() => rm(folder, { recursive: true }));

/** A turn as process `pid` sees it, where the processes of `living` live. */
const turnOf = (pid: number, living: number[]): TypingTurn =>
  new TypingTurn(path, {
    clock: nodeClock,
    processes: {
      self: () => Promise.resolve({ pid, startToken: `t${pid}` }),
      isAlive: (who: ProcessIdentity) =>
        Promise.resolve(living.includes(who.pid) && who.startToken === `t${who.pid}`),
    },
  });

describe("TypingTurn", () => {
  it("is one process's at a time and goes to the next when it is released", async () => {
    const one = turnOf(1, [1, 2]);
    const two = turnOf(2, [1, 2]);
    await one.take(0);
    await expect(two.take(30)).rejects.toMatchObject({
      code: "machine-busy",
      message: expect.stringMatching(/1/),
    });
    const waiting = two.take(5_000);
    await one.release();
    await waiting;
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual({ pid: 2, startToken: "t2" });
  });

  it.each([
    ["of a dead process", JSON.stringify({ pid: 7, startToken: "t7" })],
    ["of a process whose pid another one has by now", JSON.stringify({ pid: 1, startToken: "old" })],
    ["that is damaged", "{"],
  ])("takes over a lock %s", async (_name, content) => {
    await writeFile(path, content);
    await turnOf(2, [1, 2]).take(1_000);
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual({ pid: 2, startToken: "t2" });
    expect(await readdir(folder)).toEqual(["typing.lock"]);
  });

  it("goes to exactly one of many that find a stale lock together", async () => {
    await writeFile(path, JSON.stringify({ pid: 99, startToken: "t99" }));
    const pids = [1, 2, 3, 4, 5];
    const results = await Promise.allSettled(pids.map((pid) => turnOf(pid, pids).take(60)));
    expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
  });
});
