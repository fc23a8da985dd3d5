import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ProviderIdSchema, type ProviderId } from "#contract/finding.ts";
import { judge } from "#core/check/judge.ts";
import { inspectImage } from "#core/image/inspect-image.ts";
import { debianTrimmedDisk } from "#e2e/fixtures/fixtures.ts";
import { profiles } from "#providers/profiles.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { mutations } from "./mutations.ts";
import type { Expected } from "./mutations/mutation.ts";
import { copyDisk } from "./mutable-disk.ts";

const providers = ProviderIdSchema.options;
type Found = Record<ProviderId, string[]>;

let folder = "";
let sound: Found;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "goldsmith-mutated-"));
  sound = await findingsOf(await debianTrimmedDisk());
}, 600_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** `level rule-id` of everything that did not pass, sorted. */
async function findingsOf(rawPath: string): Promise<Found> {
  // what every provider takes: the rule about formats is not what is tried here
  const path = join(folder, "disk.qcow2");
  await nodeProcesses.run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", rawPath, path]);
  const directories = { data: folder, cache: folder, runtime: folder, resources: folder };
  const facts = await inspectImage(path, { ports: { processes: nodeProcesses, directories } });
  const lines = (id: ProviderId): string[] =>
    judge(facts, profiles[id])
      .findings.filter(({ level }) => level !== "pass")
      .map((finding) => `${finding.level} ${finding.id}`)
      .toSorted();
  return Object.fromEntries(providers.map((id) => [id, lines(id)])) as Found;
}

/** What an image has that the sound one has not: `+ error x`; and the other way round: `- info y`. */
function difference(found: Found): Record<ProviderId, string[]> {
  const of = (id: ProviderId): string[] => {
    const [here, before] = [found[id], sound[id]];
    const added = here.filter((line) => !before.includes(line)).map((line) => `+ ${line}`);
    const gone = before.filter((line) => !here.includes(line)).map((line) => `- ${line}`);
    return [...new Set([...added, ...gone])];
  };
  return Object.fromEntries(providers.map((id) => [id, of(id)])) as Record<ProviderId, string[]>;
}

const inFull = (expected: Expected): Record<ProviderId, string[]> =>
  Object.fromEntries(
    providers.map((id) => [id, [...(expected.all ?? []), ...(expected[id] ?? [])].toSorted()]),
  ) as Record<ProviderId, string[]>;

describe("a Debian disk with one thing changed", () => {
  it("is without errors before anything is changed", () => {
    for (const id of providers) expect(sound[id].filter((line) => line.startsWith("error"))).toEqual([]);
  });

  it.each(mutations)("$name", async ({ base, change, expected }) => {
    const [root, table] = base ?? ["ext4", "gpt"];
    await using disk = await copyDisk(await debianTrimmedDisk(root, table));
    await change(disk);
    const found = difference(await findingsOf(disk.path));
    expect(Object.fromEntries(providers.map((id) => [id, found[id].toSorted()]))).toEqual(inFull(expected));
  });
});
