import { readFile, rm, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inspectImage } from "#core/image/inspect-image.ts";
import { createWorkshop, tool, type Workshop } from "#core/image/testing/disk-images.ts";
import { dashed, lvmDataAt, volumeGroupText, writePhysicalVolume } from "#core/image/testing/lvm-image.ts";
import { nodeProcesses } from "#system/node-processes.ts";

const MiB = 1024 ** 2;
const extentBytes = MiB;
const uuidA = "aaaaaa".padEnd(32, "A");
const uuidB = "bbbbbb".padEnd(32, "B");

let workshop: Workshop;
beforeAll(async () => {
  workshop = await createWorkshop(nodeProcesses);
});
afterAll(() => workshop[Symbol.asyncDispose]());

const rootFiles = {
  "/etc/os-release": 'ID=debian\nVERSION_ID="12"\n',
  "/etc/fstab": "/dev/mapper/vg--x-root / ext4 defaults 0 1\n",
  "/big": Buffer.from(Array.from({ length: 3 * MiB }, (_v, at) => (at * 7 + (at >> 12)) & 0xff)),
};

/** The group of both tests: `root` in two pieces, `home` striped over both physical volumes. */
const text = volumeGroupText({
  name: "vg-x",
  extentSectors: extentBytes / 512,
  physicalVolumes: [
    { key: "pv0", uuid: uuidA, extents: 30 },
    { key: "pv1", uuid: uuidB, extents: 30 },
  ],
  logicalVolumes: {
    root: [
      { extents: 6, stripes: [["pv0", 10]] },
      { extents: 10, stripes: [["pv1", 3]] },
    ],
    home: [
      {
        extents: 8,
        stripes: [
          ["pv0", 0],
          ["pv1", 20],
        ],
        stripeSectors: 128,
      },
    ],
  },
});

/** Lays the filesystems into two physical volumes of 32 MiB, chunk by chunk as the text says. */
async function layOut(): Promise<[Buffer, Buffer]> {
  const root = await readFile(
    await workshop.ext("root.ext", rootFiles, 16 * MiB, "-t", "ext4", "-L", "root"),
  );
  const home = await readFile(
    await workshop.ext("home.ext", { "/user/file": rootFiles["/big"] }, 8 * MiB, "-L", "home"),
  );
  const a = Buffer.alloc(32 * MiB);
  const b = Buffer.alloc(32 * MiB);
  const at = (extent: number): number => lvmDataAt + extent * extentBytes;
  root.copy(a, at(10), 0, 6 * MiB);
  root.copy(b, at(3), 6 * MiB);
  for (let chunk = 0; chunk * 65536 < home.length; chunk++) {
    const target = chunk % 2 === 0 ? a : b;
    const start = (chunk % 2 === 0 ? at(0) : at(20)) + Math.floor(chunk / 2) * 65536;
    home.copy(target, start, chunk * 65536, (chunk + 1) * 65536);
  }
  return [a, b];
}

const expected = [
  {
    name: "vg-x/root",
    devicePath: "/dev/mapper/vg--x-root",
    sizeBytes: 16 * MiB,
    segmentTypes: ["linear"],
    filesystem: { type: "ext4", label: "root" },
    unreadable: null,
  },
  {
    name: "vg-x/home",
    devicePath: "/dev/mapper/vg--x-home",
    sizeBytes: 8 * MiB,
    segmentTypes: ["striped"],
    filesystem: { label: "home" },
    unreadable: null,
  },
];

describe("LVM2 on a disk", () => {
  it("finds the system on two partitions, as GRUB does", async () => {
    const [a, b] = await layOut();
    writePhysicalVolume(a, { uuid: uuidA, text });
    writePhysicalVolume(b, { uuid: uuidB, text, textAt: MiB - 4096 - 64 });
    await writeFile(workshop.path("a.pv"), a);
    await writeFile(workshop.path("b.pv"), b);
    // LVM's own program reads back what the test wrote
    for (const name of ["a.pv", "b.pv"])
      expect(await tool("pvck", "--dump", "metadata", workshop.path(name))).toContain(
        'creation_host = "test"',
      );
    const image = await workshop.sparse("disk.raw", 70 * MiB);
    await tool(
      "sgdisk",
      "-n1:2048:+1M",
      "-t1:ef02",
      "-n2:4096:+32M",
      "-t2:8e00",
      "-n3:0:+32M",
      "-t3:8e00",
      image,
    );
    await tool(
      "dd",
      `if=${workshop.path("a.pv")}`,
      `of=${image}`,
      "bs=1M",
      "seek=2",
      "conv=notrunc",
      "status=none",
    );
    await tool(
      "dd",
      `if=${workshop.path("b.pv")}`,
      `of=${image}`,
      "bs=1M",
      "seek=34",
      "conv=notrunc",
      "status=none",
    );

    const facts = await inspectImage(image, { ports: workshop.ports });
    expect(
      facts.partitions.map((partition) => [partition.number, partition.filesystem?.type ?? null]),
    ).toEqual([
      [1, null],
      [2, "LVM2_member"],
      [3, "LVM2_member"],
    ]);
    expect(facts.partitions[1]?.filesystem?.uuid).toBe(dashed(uuidA));
    expect(facts.logicalVolumes).toMatchObject(expected);
    expect(facts).toMatchObject({ rootVolume: "vg-x/root", rootPartition: 2, os: { id: "debian" } });
    expect(facts.notes.filter((note) => /volume|LVM/i.test(note))).toEqual([]);

    await writeFile(workshop.path("big"), rootFiles["/big"]);
    expect(await tool("grub-fstest", image, "ls", "(lvm/vg--x-root)/")).toContain("big");
    await tool("grub-fstest", image, "cmp", "(lvm/vg--x-root)/big", workshop.path("big"));
    await tool("grub-fstest", image, "cmp", "(lvm/vg--x-home)/user/file", workshop.path("big"));
  });

  it("finds one on a bare disk, and says which disk is not there", async () => {
    const [a] = await layOut();
    writePhysicalVolume(a, { uuid: uuidA, text });
    await writeFile(workshop.path("bare.raw"), a);
    const facts = await inspectImage(workshop.path("bare.raw"), { ports: workshop.ports });
    expect(facts.partitionTable).toBe("none");
    expect(facts.logicalVolumes[0]).toMatchObject({
      name: "vg-x/root",
      filesystem: null,
      unreadable: `The physical volume ${dashed(uuidB)} is not in this image`,
    });
    expect(facts.notes.join("\n")).toContain("The volume group vg-x also needs 1 physical volume(s)");
    await rm(workshop.path("bare.raw"));
  });
});

/** Loop devices need root, and LVM itself only takes block devices. */
const loop = process.getuid?.() === 0 ? await tool("losetup", "-f").catch(() => "") : "";
if (loop === "") process.stderr.write("SKIPPED: LVM's own programs need a loop device\n");

describe.runIf(loop !== "")("metadata that LVM wrote", () => {
  it("is read after vgcreate and vgcfgrestore", async () => {
    const image = await workshop.sparse("real.raw", 64 * MiB);
    const device = (await tool("losetup", "-f", "--show", image)).trim();
    const config = `devices{filter=["a|^${device}$|","r|.*|"] use_devicesfile=0} activation{udev_sync=0 udev_rules=0 monitoring=0} backup{backup=0 archive=0} global{event_activation=0}`;
    try {
      await tool("pvcreate", "-ff", "-y", "--config", config, device);
      await tool("vgcreate", "--config", config, "real-vg", device);
      const backup = workshop.path("backup");
      await tool("vgcfgbackup", "--config", config, "-f", backup, "real-vg");
      const volume = `logical_volumes {\nroot {\nid = "${dashed("lvlvlv".padEnd(32, "z"))}"\nstatus = ["READ", "WRITE", "VISIBLE"]\nflags = []\nsegment_count = 1\nsegment1 {\nstart_extent = 0\nextent_count = 4\ntype = "striped"\nstripe_count = 1\nstripes = [\n"pv0", 2\n]\n}\n}\n}\n`;
      const saved = await readFile(backup, "utf8");
      await writeFile(backup, saved.replace(/\n\}\n*$/, `\n${volume}}\n`));
      await tool("vgcfgrestore", "-y", "--force", "--config", config, "-f", backup, "real-vg");
      const lvs = await tool(
        "lvs",
        "--config",
        config,
        "--noheadings",
        "--units",
        "b",
        "--nosuffix",
        "-o",
        "lv_name,lv_size,segtype",
      );
      expect(lvs.trim().split(/\s+/)).toEqual(["root", String(16 * MiB), "linear"]);
      await tool(
        "mke2fs",
        "-q",
        "-F",
        "-t",
        "ext4",
        "-L",
        "inside",
        "-E",
        `offset=${MiB + 8 * MiB}`,
        device,
        "16384",
      );
    } finally {
      await tool("losetup", "-d", device);
    }
    const facts = await inspectImage(image, { ports: workshop.ports });
    expect(facts.logicalVolumes).toMatchObject([
      {
        name: "real-vg/root",
        devicePath: "/dev/mapper/real--vg-root",
        sizeBytes: 16 * MiB,
        segmentTypes: ["linear"],
        filesystem: { type: "ext4", label: "inside" },
      },
    ]);
    expect(facts.notes.filter((note) => note.includes("LVM"))).toEqual([]);
  });
});
