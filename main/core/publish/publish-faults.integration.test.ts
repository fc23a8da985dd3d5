import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { afterEach, describe, expect, it } from "vitest";
import { PublishResultSchema } from "#contract/publish.ts";
import type { JobDefinition } from "#core/job/job-context.ts";
import type { RequestFault } from "#providers/emulation/faults.ts";
import { hastyClock } from "#providers/emulation/testing/hasty-clock.ts";
import type { SeenRequest, Trouble } from "#staging/practice/trouble.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { mortality, type MortalLife } from "./mortal-life.ts";
import {
  accountContent,
  canaries,
  imageId,
  startPublishHarness,
  textUnder,
  type PublishHarness,
} from "./publish-harness.ts";

/**
 * One image to several accounts at once. The app ends at every record of its journals; in the second run three of ten
 * requests fail as well. The next start finishes what was begun: the same bytes, once, and nothing left behind.
 */

const accounts = ["acc000000a", "acc000000b", "acc000000c"];

let harness: PublishHarness;
let lives: ReturnType<typeof mortality>;
let trouble: (request: SeenRequest) => Trouble | null;
let requestFault: () => RequestFault | null;
/** The life that is not to end by itself. */
let last: Parts | null = null;

async function begin(): Promise<void> {
  trouble = () => null;
  requestFault = () => null;
  lives = mortality(nodeProcesses, hastyClock);
  harness = await startPublishHarness(nodeProcesses, {
    dataBytes: 20_000,
    emulator: { faults: { request: () => requestFault() } },
    trouble: (request) => trouble(request),
  });
}
async function end(): Promise<void> {
  await last?.close();
  last = null;
  await lives.close();
  await harness.close();
}
afterEach(end);

type Parts = ReturnType<PublishHarness["parts"]>;
const partsOf = ({ clock, processes }: MortalLife): Parts => harness.parts({ clock, processes, tries: 8 });

/** Starts the batch. Answers the records that were written, or null when the life ended on the way. */
async function live(endsAtRecord: number, to: readonly string[]): Promise<number | null> {
  const life = lives.begin(endsAtRecord);
  const parts = partsOf(life);
  const work = async (): Promise<void> => {
    const ids: string[] = [];
    for (const accountId of to) {
      if (life.ended()) return;
      ids.push(await parts.jobs.start(parts.definition, { imageId, accountId, batchId: "b1", again: true }));
    }
    await Promise.all(ids.map((id) => parts.jobs.waitFor(id)));
  };
  const ended = await Promise.race([life.death.then(() => true), work().then(() => life.ended())]);
  return ended ? null : life.records();
}

/** The next start, and a person who retries what failed. */
async function finish(): Promise<Parts> {
  const parts = partsOf(lives.begin(null));
  last = parts;
  await parts.jobs.load([parts.definition as unknown as JobDefinition], { resume: true });
  await parts.janitor.sweep();
  for (const id of Object.keys(parts.store.state.jobs)) {
    let view = await parts.jobs.waitFor(id);
    for (let retry = 0; view.status === "failed" && retry < 60; retry++) {
      await parts.jobs.retry(id);
      view = await parts.jobs.waitFor(id);
    }
  }
  return parts;
}

async function expectAllPublished(parts: Parts, where: string): Promise<void> {
  const sha256 = createHash("sha256")
    .update(await readFile(harness.image.path))
    .digest("hex");
  const views = Object.values(parts.store.state.jobs);
  const results = views.map((view) => {
    expect(view, where).toMatchObject({ status: "succeeded", error: null });
    return PublishResultSchema.parse(view.result);
  });
  for (const result of results) {
    expect(result.sha256, where).toBe(sha256);
    const imported = harness.emulator.emulator.imported(result.providerImageId ?? "");
    expect(imported?.sha256, where).toBe(sha256);
  }
  trouble = () => null;
  requestFault = () => null;
  const ids = results.map(({ providerImageId }) => providerImageId ?? "").toSorted();
  const there = await accountContent(harness);
  expect(there.map(({ id }) => id).toSorted(), where).toEqual(ids);
  expect(await harness.stagingContent(), where).toEqual([]);
  const disk = [await textUnder(harness.data), JSON.stringify(parts.store.state), ...harness.log].join("\n");
  for (const canary of Object.values(canaries)) expect(disk, where).not.toContain(canary);
  expect(disk, where).not.toContain("X-Amz-Signature");
}

/** mulberry32: the same failures in every run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Three of ten requests fail, break off, lose their answer or stall. */
function misbehave(seed: number): void {
  const next = chance(seed);
  const pick = <T>(list: readonly T[]): T | null =>
    next() < 0.3 ? (list[Math.floor(next() * list.length)] ?? null) : null;
  const storeTroubles: readonly Trouble[] = [
    { kind: "answer", status: 500, code: "InternalError" },
    { kind: "answer", status: 503, code: "SlowDown" },
    { kind: "cut", afterBytes: 1_000 },
    { kind: "lose-answer" },
    { kind: "slow", bytesPerSecond: 2_000_000 },
  ];
  const apiFaults: readonly RequestFault[] = [
    { kind: "refuse", status: 500 },
    { kind: "refuse", status: 429, retryAfterSeconds: 1 },
    { kind: "cut-body" },
    { kind: "lose-reply" },
    { kind: "slow", delayMs: 20 },
  ];
  trouble = () => pick(storeTroubles);
  requestFault = () => pick(apiFaults);
}

describe("a batch", () => {
  it("is finished by the next start wherever the app ends", { timeout: 300_000 }, async () => {
    let points = 0;
    for (let record = 1; ; record++) {
      await begin();
      const whole = await live(record, accounts.slice(0, 2));
      if (whole !== null) break; // beyond the last record
      points++;
      await expectAllPublished(await finish(), `ended at record ${record}`);
      await end();
    }
    expect(points).toBeGreaterThan(40);
  });

  it("is finished also when three of ten requests fail", { timeout: 300_000 }, async () => {
    for (let record = 4; record < 90; record += 10) {
      await begin();
      misbehave(record);
      await live(record, accounts);
      await expectAllPublished(await finish(), `ended at record ${record}, with failures`);
      await end();
    }
    await begin();
  });
});
