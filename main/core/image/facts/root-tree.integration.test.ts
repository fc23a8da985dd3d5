import { open, readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  fixtureBytes,
  fixtureLabel,
  fixtureUuid,
  readBtrfsFixture,
} from "#core/image/filesystem/btrfs/testing/fixture.ts";
import { inspectImage } from "#core/image/inspect-image.ts";
import { createWorkshop, tool, type Workshop } from "#core/image/testing/disk-images.ts";
import { nodeProcesses } from "#system/node-processes.ts";

const MiB = 1024 ** 2;
let workshop: Workshop;
beforeAll(async () => {
  workshop = await createWorkshop(nodeProcesses);
});
afterAll(() => workshop[Symbol.asyncDispose]());

async function gptDisk(name: string, partitions: readonly Buffer[]): Promise<string> {
  const path = await workshop.sparse(name, 4 * MiB + partitions.reduce((sum, each) => sum + each.length, 0));
  let at = MiB;
  const lines = ["label: gpt"];
  await using disk = await open(path, "r+");
  for (const bytes of partitions) {
    await disk.write(bytes, 0, bytes.length, at);
    lines.push(`start=${at / 512}, size=${bytes.length / 512}, type=0FC63DAF-8483-4772-8E79-3D69D8477DE4`);
    at += bytes.length;
  }
  await tool("sh", "-c", `printf '%s\\n' "$@" | sfdisk -q "$0"`, path, ...lines);
  return path;
}

const inspect = (path: string): ReturnType<typeof inspectImage> =>
  inspectImage(path, { ports: workshop.ports });

it("reads a system from the default subvolume of a partition, with /home from another subvolume", async () => {
  const facts = await inspect(await gptDisk("one", [await readBtrfsFixture()]));
  expect(facts).toMatchObject({
    partitionTable: "gpt",
    partitions: [
      {
        number: 1,
        sizeBytes: fixtureBytes,
        filesystem: { type: "btrfs", label: fixtureLabel, uuid: fixtureUuid, unreadable: null },
      },
    ],
    rootPartition: 1,
    rootVolume: null,
    rootSubvolume: "@",
    os: { family: "linux", id: "fixture", prettyName: "Fixture 1" },
  });
  expect(facts.notes).toEqual([]);
});

it("reads the more complete of two systems and tells of the other", async () => {
  const rescue = await workshop.ext("rescue", { "/etc/passwd": "root:x:0:0::/:/bin/sh\n" }, 8 * MiB);
  const facts = await inspect(await gptDisk("two", [await readFile(rescue), await readBtrfsFixture()]));
  expect(facts).toMatchObject({ rootPartition: 2, rootSubvolume: "@", os: { id: "fixture" } });
  expect(facts.notes).toContain(
    "There are 2 systems in the image (Partition 1, Partition 2, subvolume @); Partition 2, subvolume @ was read.",
  );
});
