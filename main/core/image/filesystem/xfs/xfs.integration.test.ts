import { mkdir } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recognise } from "#core/image/filesystem/recognise.ts";
import { openRawDevice } from "#core/image/source/raw-device.ts";
import { createWorkshop, tool, type Workshop } from "#core/image/testing/disk-images.ts";
import type { MemoryFiles } from "#core/image/testing/memory-filesystem.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { fillMount } from "./testing/fill-mount.ts";
import { makeXfs, manyFolder, manyName } from "./testing/make-xfs.ts";
import { mountedTree, readerTree } from "./testing/mounted-tree.ts";
import { openFilesystem } from "./testing/open-xfs.ts";

let workshop: Workshop;
beforeAll(async () => {
  workshop = await createWorkshop(nodeProcesses);
});
afterAll(() => workshop[Symbol.asyncDispose]());

const uuid = "0f0e0d0c-0b0a-4908-8706-050403020100";
const bytes = Buffer.from(Array.from({ length: 300_077 }, (_value, index) => (index * 7) ^ (index >> 8)));

/** Long targets only where asked for: mkfs.xfs before 6.6 writes them without their version 5 header. */
const filesOf = (longTarget: boolean): MemoryFiles => ({
  "/etc/os-release": "ID=test\n",
  "/empty": "",
  "/bytes": bytes,
  "/fast": { link: "etc/os-release" },
  "/slow": { link: `${"etc/../".repeat(longTarget ? 130 : 10)}etc/os-release` },
  "/few/only": "1",
  "/none": null,
  [`/${"n".repeat(255)}`]: "long",
  "/ünïcode-☂": "u",
});

const v4 = ["-m", "crc=0"];
const variants: [string, number, string[]][] = [
  ["version 5, as mkfs.xfs makes it", 20_000, ["-m", `uuid=${uuid}`]],
  ["version 5, 1 KiB blocks, folders of 64 KiB", 3000, ["-b", "size=1024", "-n", "size=65536"]],
  [
    "version 5, sectors of 4 KiB, inodes of 2 KiB, 4 groups",
    300,
    ["-s", "size=4096", "-i", "size=2048", "-d", "agcount=4"],
  ],
  ["version 5, 64 KiB blocks", 3000, ["-b", "size=65536"]],
  ["version 5 without what is new", 300, ["-m", "reflink=0,finobt=0,bigtime=0", "-i", "sparse=0"]],
  ["version 4", 20_000, v4],
  ["version 4, blocks and inodes as small as can be", 3000, [...v4, "-b", "size=512", "-i", "size=256"]],
  ["version 4 without kinds in folders", 3000, [...v4, "-n", "ftype=0", "-b", "size=1024"]],
  ["version 4, names without case", 3000, [...v4, "-n", "version=ci"]],
  [
    "version 4, 64 KiB blocks, attributes as they were first",
    300,
    [...v4, "-b", "size=65536", "-i", "attr=1"],
  ],
];

describe("an XFS made by mkfs.xfs", () => {
  it.each(variants)("%s", async (_name, names, args) => {
    const isVersion4 = args.includes("crc=0");
    const files = filesOf(isVersion4);
    const image = await makeXfs(workshop, "image", files, names, ...args, "-L", "label of 12b");
    await using device = await openRawDevice(image);
    const found = await recognise(device);
    expect({ TYPE: found?.type, LABEL: found?.label, UUID: found?.uuid }).toEqual(await blkid(image));
    const { tree, filesystem } = await openFilesystem(device);
    expect(filesystem.notes).toEqual([]);
    for (const [path, value] of Object.entries(files)) {
      if (value === null)
        expect(await tree.stat(path), path).toMatchObject({ kind: "directory", mode: 0o750 });
      else if (typeof value === "object" && "link" in value)
        expect(await tree.readLink(path), path).toBe(value.link);
      else {
        expect((await tree.readFile(path, 1_000_000))?.equals(Buffer.from(value)), path).toBe(true);
        expect((await tree.stat(path))?.mode).toBe(0o4640);
      }
    }
    expect(await tree.readText("/slow", 100)).toBe("ID=test\n");
    expect(await tree.stat(`/${manyFolder}/${manyName(names)}`)).toBeNull();
    for (let index = 0; index < names; index += 9) {
      expect(await tree.readLink(`/${manyFolder}/${manyName(index)}`)).toBe(`to-${index}`);
    }
    const listed = (await tree.readDirectory(`/${manyFolder}`)).map((entry) => entry.name);
    expect(listed).toEqual((await xfsDbNames(image, `/${manyFolder}`)).toSorted());
    expect(listed).toHaveLength(names);
    if (args.includes("version=ci")) expect(await tree.readText("/ETC/OS-Release", 100)).toBe("ID=test\n");
  });

  it("has the attributes that xfs_db has given it, in every place", async () => {
    const image = await makeXfs(workshop, "attributes", filesOf(true), 10, ...v4, "-b", "size=1024");
    const set = (path: string, ...commands: string[]): Promise<string> =>
      tool("xfs_db", "-x", ...["path " + path, ...commands].flatMap((command) => ["-c", command]), image);
    await set("/etc/os-release", "attr_set -s selinux -v 30");
    await set("/empty", "attr_set -u here -v 17", "attr_set -u remote -v 60000");
    const many = Array.from({ length: 60 }, (_value, index) => index);
    await set("/bytes", ...many.map((index) => `attr_set -r number-${index} -v ${40 + index}`));
    await using device = await openRawDevice(image);
    const { tree } = await openFilesystem(device);
    const lengthOf = async (path: string, name: string): Promise<number | null> => {
      const value = await tree.attribute(path, name);
      return Buffer.isBuffer(value) && value.every((byte) => byte === 0x76) ? value.length : null; // all "v"
    };
    expect(await lengthOf("/etc/os-release", "security.selinux")).toBe(30);
    expect(await lengthOf("/empty", "user.remote")).toBe(60_000);
    expect(await lengthOf("/empty", "user.here")).toBe(17);
    for (const index of many) expect(await lengthOf("/bytes", `trusted.number-${index}`)).toBe(40 + index);
    expect(await tree.attribute("/bytes", "user.number-7")).toBeNull();
    expect(await tree.attribute("/etc/os-release", "user.selinux")).toBeNull();
  });

  it("is read after it was given another UUID, which its metadata do not carry", async () => {
    const image = await makeXfs(workshop, "uuid", filesOf(false), 3000);
    await tool("xfs_db", "-x", "-c", `uuid ${uuid}`, image);
    await using device = await openRawDevice(image);
    expect((await recognise(device))?.uuid).toBe((await blkid(image))["UUID"]);
    const { tree, filesystem } = await openFilesystem(device);
    expect(filesystem.uuid).toBe(uuid);
    expect(await tree.readDirectory(`/${manyFolder}`)).toHaveLength(3000);
  });

  it("is read without its log, which is said", async () => {
    const log = await workshop.sparse("log", 70 * 1024 ** 2);
    const image = await makeXfs(workshop, "without-log", filesOf(false), 3, "-l", `logdev=${log},size=64m`);
    await using device = await openRawDevice(image);
    const { tree, filesystem } = await openFilesystem(device);
    expect(filesystem.notes).toEqual([expect.stringContaining("log on another device")]);
    expect(await tree.readText("/etc/os-release", 100)).toBe("ID=test\n");
  });
});

/** Mounting needs root and a kernel with XFS; where there is neither, the kept image of xfs.test.ts stands in. */
const canMount = process.getuid?.() === 0 && (await probeMount());

describe.skipIf(!canMount)("an XFS that this kernel writes", () => {
  it.each([
    ["4 KiB blocks", []],
    ["1 KiB blocks, folders of 16 KiB", ["-b", "size=1024", "-n", "size=16384"]],
  ])("looks the same to us: %s", async (_name, args) => {
    const image = await workshop.sparse("mounted", 320 * 1024 ** 2);
    await tool("mkfs.xfs", "-q", "-f", ...args, image);
    const { rows, inUse } = await whileMounted(image, async (folder) => {
      await fillMount(folder, { names: 4000 });
      const copy = workshop.path("in-use");
      await tool("xfs_freeze", "-f", folder); // all is in its place, but the log is not closed
      await tool("cp", "--sparse=always", image, copy);
      await tool("xfs_freeze", "-u", folder);
      return { rows: await mountedTree(folder), inUse: copy };
    });
    await using device = await openRawDevice(image);
    const { tree, filesystem } = await openFilesystem(device);
    expect(filesystem.notes).toEqual([]);
    expect(await readerTree(tree, rows)).toEqual(rows);
    await using dirty = await openRawDevice(inUse);
    const opened = await openFilesystem(dirty);
    expect(opened.filesystem.notes).toEqual([expect.stringContaining("not unmounted cleanly")]);
    expect(await opened.tree.readText("/etc/os-release", 100)).toBe("ID=all-forms\n");
  });
});

async function whileMounted<T>(image: string, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = `${image}.mount`;
  await mkdir(folder, { recursive: true });
  await tool("mount", "-o", "loop", image, folder);
  try {
    return await work(folder);
  } finally {
    await tool("umount", folder);
  }
}

async function probeMount(): Promise<boolean> {
  await using own = await createWorkshop(nodeProcesses);
  const image = await own.sparse("probe", 320 * 1024 ** 2);
  try {
    await tool("mkfs.xfs", "-q", image);
    await tool("getfattr", "--version");
    await whileMounted(image, () => Promise.resolve());
    return true;
  } catch {
    return false;
  }
}

async function blkid(image: string): Promise<Record<string, string | undefined>> {
  const printed = await tool("blkid", "-p", "-o", "export", image);
  const value = (key: string): string | undefined => new RegExp(`^${key}=(.+)$`, "m").exec(printed)?.[1];
  return { TYPE: value("TYPE"), LABEL: value("LABEL")?.replaceAll("\\ ", " "), UUID: value("UUID") };
}

/** `ls` of xfs_db prints a line a name: address, inode, kind, hash, length, name. */
async function xfsDbNames(image: string, folder: string): Promise<string[]> {
  const printed = await tool("xfs_db", "-r", "-c", `ls ${folder}`, image);
  const names = printed.split("\n").map((line) => line.trim().split(/\s+/)[5] ?? "");
  return names.filter((name) => name !== "" && name !== "." && name !== "..");
}
