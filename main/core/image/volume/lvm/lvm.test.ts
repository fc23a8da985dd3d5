import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { BlockDevice } from "#core/image/source/block-device.ts";
import { memoryDevice } from "#core/image/testing/disk-images.ts";
import {
  dashed,
  lvmDataAt,
  volumeGroupText,
  writePhysicalVolume,
  type LvmTextOptions,
} from "#core/image/testing/lvm-image.ts";
import { AppError } from "#core/lib/app-error.ts";
import { parseConfigText } from "./config-text.ts";
import { createLogicalDevice } from "./logical-device.ts";
import { readVolumeGroups } from "./read-volume-groups.ts";

const extentBytes = 64 * 1024;
const uuidA = "aaaaaa".padEnd(32, "A");
const uuidB = "bbbbbb".padEnd(32, "B");
const both = [
  { key: "pv0", uuid: uuidA, extents: 64 },
  { key: "pv1", uuid: uuidB, extents: 64 },
];

/** A disk of 6 MiB whose every 4 KiB tell where they are. */
function disk(name: number, mebibytes = 6): Buffer {
  const bytes = Buffer.alloc(mebibytes * 1024 ** 2);
  for (let at = 0; at < bytes.length; at += 4096) bytes.fill(`${name}:${at}`.padEnd(16, "."), at, at + 4096);
  return bytes;
}

function members(text: string, ...uuids: string[]) {
  return uuids.map((uuid, index) => {
    const bytes = disk(index);
    writePhysicalVolume(bytes, { uuid, text });
    return { place: index, name: `Partition ${index + 1}`, device: memoryDevice(bytes), bytes };
  });
}

async function read(options: Omit<LvmTextOptions, "name">, ...uuids: string[]) {
  const notes: string[] = [];
  const places = members(volumeGroupText({ name: "vg", ...options }), ...uuids);
  return { volumes: await readVolumeGroups(places, notes), notes, places };
}

const readAll = async (device: BlockDevice | null | undefined): Promise<Buffer> =>
  device === null || device === undefined ? Buffer.alloc(0) : device.read(0, device.sizeBytes);

describe("LVM2", () => {
  it("reads a linear volume in two pieces, and one that is striped over two disks", async () => {
    const { volumes, notes, places } = await read(
      {
        physicalVolumes: both,
        logicalVolumes: {
          "my-root": [
            { extents: 2, stripes: [["pv0", 5]] },
            { extents: 1, stripes: [["pv0", 0]] },
          ],
          fast: [
            {
              extents: 4,
              stripes: [
                ["pv0", 10],
                ["pv1", 20],
              ],
              stripeSectors: 16,
            },
          ],
        },
      },
      uuidA,
      uuidB,
    );
    expect(notes).toEqual([]);
    expect(
      volumes.map(({ group, name, sizeBytes, segmentTypes, firstPlace }) => ({
        group,
        name,
        sizeBytes,
        segmentTypes,
        firstPlace,
      })),
    ).toEqual([
      { group: "vg", name: "my-root", sizeBytes: 3 * extentBytes, segmentTypes: ["linear"], firstPlace: 0 },
      { group: "vg", name: "fast", sizeBytes: 4 * extentBytes, segmentTypes: ["striped"], firstPlace: 0 },
    ]);
    const extent = (pv: number, number: number, count = 1): Buffer =>
      (places[pv]?.bytes ?? Buffer.alloc(0)).subarray(
        lvmDataAt + number * extentBytes,
        lvmDataAt + (number + count) * extentBytes,
      );
    expect((await readAll(volumes[0]?.device)).equals(Buffer.concat([extent(0, 5, 2), extent(0, 0)]))).toBe(
      true,
    );
    const chunks: Buffer[] = [];
    for (let at = 0; at < 2 * extentBytes; at += 8192)
      chunks.push(extent(0, 10, 2).subarray(at, at + 8192), extent(1, 20, 2).subarray(at, at + 8192));
    expect((await readAll(volumes[1]?.device)).equals(Buffer.concat(chunks))).toBe(true);
  });

  it("reads a text that wraps around, and prefers the copy with the highest number", async () => {
    const text = (sequence: number, name: string): string =>
      volumeGroupText({
        name: "vg",
        sequence,
        physicalVolumes: both.slice(0, 1),
        logicalVolumes: { [name]: [{ extents: 1, stripes: [["pv0", 0]] }] },
      });
    const bytes = disk(0);
    const textAt = 1024 ** 2 - 4096 - 100;
    writePhysicalVolume(bytes, {
      uuid: uuidA,
      text: text(7, "new"),
      textAt,
      labelSector: 3,
      secondText: text(6, "old"),
    });
    const place = { place: 0, name: "The disk", device: memoryDevice(bytes) };
    const notes: string[] = [];
    expect((await readVolumeGroups([place], notes)).map((volume) => volume.name)).toEqual(["new"]);
    expect(notes).toEqual([]);
    bytes.writeUInt8(1, 4096 + textAt + 5);
    expect((await readVolumeGroups([place], notes)).map((volume) => volume.name)).toEqual(["old"]);
    expect(notes).toEqual(["The disk: a copy of LVM's metadata is damaged (its text's checksum is wrong)."]);
  });

  it("names physical volumes that are missing, and reads what does not need them", async () => {
    const { volumes, notes } = await read(
      {
        physicalVolumes: both,
        logicalVolumes: {
          here: [{ extents: 1, stripes: [["pv0", 0]] }],
          there: [{ extents: 1, stripes: [["pv1", 0]] }],
        },
      },
      uuidA,
    );
    expect(notes[0]).toContain(`not in this image: ${dashed(uuidB)}.`);
    expect(volumes.map((volume) => volume.unreadable)).toEqual([
      null,
      `The physical volume ${dashed(uuidB)} is not in this image`,
    ]);
  });

  it("finds the members that keep no metadata themselves", async () => {
    const text = volumeGroupText({
      name: "vg",
      physicalVolumes: both,
      logicalVolumes: { data: [{ extents: 1, stripes: [["pv1", 0]] }] },
    });
    const places = members(text, uuidA, uuidB);
    writePhysicalVolume(places[1]?.bytes ?? Buffer.alloc(0), { uuid: uuidB, text: "" });
    const [volume] = await readVolumeGroups(places, []);
    expect(volume).toMatchObject({ name: "data", unreadable: null, firstPlace: 1 });
  });

  const visible = `status = ["READ", "WRITE", "VISIBLE"]\nsegment_count = 1\n`;
  const hidden = `status = ["READ", "WRITE"]\nsegment_count = 1\n`;
  const segment = (body: string): string => `segment1 {\nstart_extent = 0\nextent_count = 1\n${body}\n}\n`;
  const linear = (extent: number): string =>
    hidden + segment(`type = "striped"\nstripe_count = 1\nstripes = ["pv0", ${extent}]`);

  it("reads one copy of a mirror and of RAID 1, and names what it cannot read", async () => {
    const { volumes } = await read(
      {
        physicalVolumes: both.slice(0, 1),
        logicalVolumes: {
          raid:
            visible +
            segment(
              `type = "raid1"\ndevice_count = 2\nraids = ["raid_rmeta_0", "raid_rimage_0", "raid_rmeta_1", "raid_rimage_1"]`,
            ),
          raid_rimage_0: linear(7),
          raid_rmeta_0: linear(8),
          mirror:
            visible +
            segment(
              `type = "mirror"\nmirror_count = 2\nmirrors = ["mirror_mimage_0", 0, "mirror_mimage_1", 0]`,
            ),
          mirror_mimage_0: linear(9),
          thin: visible + segment(`type = "thin"\nthin_pool = "pool"\ndevice_id = 1`),
          cached: visible + segment(`type = "cache"\ncache_pool = "pool"\norigin = "raid"`),
          five: visible + segment(`type = "raid5_ls"\ndevice_count = 3\nraids = []`),
          odd: visible + segment(`type = "brand-new"`),
          snap: visible + segment(`type = "striped"\nstripe_count = 1\nstripes = ["pv0", 1]`),
          snapshot0:
            hidden + segment(`type = "snapshot"\nchunk_size = 8\norigin = "raid"\ncow_store = "snap"`),
        },
      },
      uuidA,
    );
    expect(
      volumes.map(({ name, segmentTypes, unreadable }) => [
        name,
        segmentTypes.join(),
        unreadable?.slice(0, 24) ?? null,
      ]),
    ).toEqual([
      ["raid", "raid1", null],
      ["mirror", "mirror", null],
      ["thin", "thin", "It is thinly provisioned"],
      ["cached", "cache", "It has a cache (LVM cach"],
      ["five", "raid5_ls", "It is spread over severa"],
      ["odd", "brand-new", "It is of a kind of segme"],
      ["snap", "snapshot", "It is a snapshot of raid"],
    ]);
    const at = lvmDataAt + 7 * extentBytes;
    expect((await volumes[0]?.device?.read(0, 16))?.toString()).toBe(`0:${at}`.padEnd(16, "."));
  });

  it("comes to an end with volumes that lie on one another", async () => {
    const on = (name: string): string =>
      visible + segment(`type = "striped"\nstripe_count = 1\nstripes = ["${name}", 0]`);
    const { volumes } = await read(
      {
        physicalVolumes: both.slice(0, 1),
        logicalVolumes: { a: on("b"), b: on("a"), c: on("c"), d: on("nothing") },
      },
      uuidA,
    );
    expect(volumes.map((volume) => volume.device)).toEqual([null, null, null, null]);
  });
});

describe("a striped device", () => {
  it("gives the same bytes as chunks dealt out one by one", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 5 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        fc.nat(),
        async (stripes, stripeBytes, rows, from, to) => {
          const parts = Array.from({ length: stripes }, (_v, stripe) =>
            Buffer.from(Array.from({ length: rows * stripeBytes }, (_w, at) => (stripe * 50 + at) & 0xff)),
          );
          const expected: number[] = [];
          for (let row = 0; row < rows; row++)
            for (const part of parts)
              expected.push(...part.subarray(row * stripeBytes, (row + 1) * stripeBytes));
          const device = createLogicalDevice([
            {
              startByte: 0,
              sizeBytes: expected.length,
              stripeBytes,
              stripes: parts.map((part) => ({ device: memoryDevice(part), startByte: 0 })),
            },
          ]);
          const start = from % expected.length;
          const length = to % (expected.length - start + 1);
          const found = await device.read(start, length);
          return found.equals(Buffer.from(expected.slice(start, start + length)));
        },
      ),
    );
  });
});

describe("LVM's text", () => {
  it("is read with its strings, lists and comments", async () => {
    const root = await parseConfigText(
      '# first\na = "say \\"hi\\" \\\\"\nlist = [1, "two", -3.5]\nempty=[]\ns { t { u = 7 } }\0\0',
    );
    expect(root.values.get("a")).toBe('say "hi" \\');
    expect(root.values.get("list")).toEqual([1, "two", -3.5]);
    expect(root.values.get("empty")).toEqual([]);
    expect(root.sections.get("s")?.sections.get("t")?.values.get("u")).toBe(7);
  });

  it("ends in an answer or an error, whatever it says", async () => {
    const token = fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      "=",
      ",",
      '"a"',
      '"',
      "a",
      "7",
      "#",
      "\n",
      " ",
      "\\",
      "\0",
      "é",
    );
    const part = fc.oneof(
      fc.array(token).map((parts) => parts.join("")),
      fc.string({ unit: "binary" }),
    );
    await fc.assert(
      fc.asyncProperty(part, async (text) => {
        try {
          await parseConfigText(text);
        } catch (error) {
          return error instanceof AppError && error.code === "image-unreadable";
        }
        return true;
      }),
      { numRuns: 500 },
    );
  });

  it("does not pile up memory or time for depth and length", async () => {
    await expect(parseConfigText("a {".repeat(100_000))).rejects.toThrow(AppError);
    const startedMs = performance.now();
    await parseConfigText(`list = [${"1,".repeat(400_000)}1]\n`);
    await expect(parseConfigText(`"${"\\".repeat(1_000_001)}`)).rejects.toThrow(AppError);
    await expect(parseConfigText(`#${" ".repeat(1_000_000)}`)).resolves.toBeDefined();
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });
});

describe("a damaged physical volume", () => {
  it("ends in volumes or notes", async () => {
    const text = volumeGroupText({
      name: "vg",
      physicalVolumes: both.slice(0, 1),
      logicalVolumes: {
        root: [{ extents: 2, stripes: [["pv0", 1]] }],
        wide: [
          {
            extents: 4,
            stripes: [
              ["pv0", 10],
              ["pv0", 20],
            ],
          },
        ],
      },
    });
    const change = fc.record({
      at: fc.nat(text.length - 1),
      value: fc.oneof(fc.constantFrom("9", "0", "{", "}", '"', "-", "="), fc.string({ maxLength: 3 })),
    });
    const original = disk(0, 3);
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
        let changed = text;
        for (const { at, value } of changes)
          changed = changed.slice(0, at) + value + changed.slice(at + value.length);
        const bytes = Buffer.from(original);
        writePhysicalVolume(bytes, { uuid: uuidA, text: changed });
        const place = { place: 0, name: "The disk", device: memoryDevice(bytes) };
        const volumes = await readVolumeGroups([place], []);
        for (const volume of volumes) {
          const size = Math.min(volume.device?.sizeBytes ?? 0, 1024 ** 2);
          await volume.device?.read(0, size);
        }
        return true;
      }),
      {
        numRuns: Number(process.env["LVM_FUZZ_RUNS"] ?? 150),
        seed: Number(process.env["LVM_FUZZ_SEED"] ?? 20_261_121),
      },
    );
  });
});
