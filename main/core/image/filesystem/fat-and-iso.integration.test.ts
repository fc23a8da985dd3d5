import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWorkshop, memoryDevice, tool, type Workshop } from "#core/image/testing/disk-images.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { createFileTree } from "./file-tree.ts";
import { recognise } from "./recognise.ts";

let workshop: Workshop;
beforeAll(async () => {
  workshop = await createWorkshop(nodeProcesses);
});
afterAll(() => workshop[Symbol.asyncDispose]());

const noise = createHash("sha512").update("noise").digest();
const large = Buffer.concat(Array.from({ length: 3000 }, () => noise));
const files = {
  "/EFI/BOOT/BOOTX64.EFI": large,
  "/EFI/a long name with ünïcode.conf": "long",
  "/short.txt": "short",
  "/empty": "",
  ...Object.fromEntries(Array.from({ length: 120 }, (_v, i) => [`/many/entry number ${i}.dat`, `${i}`])),
};

async function open(path: string) {
  const device = memoryDevice(await readFile(path));
  const found = await recognise(device);
  const filesystem = await found?.open?.();
  if (filesystem === undefined) throw new Error("not recognised");
  return { found, tree: createFileTree([{ path: "/", filesystem }]) };
}

describe("FAT", () => {
  it.each([
    ["12", 4],
    ["16", 32],
    ["32", 64],
  ])("FAT%s agrees with mtools and blkid", async (bits, sizeMiB) => {
    const image = await workshop.sparse("fat.img", sizeMiB * 1024 ** 2);
    await tool("mkfs.vfat", "-F", bits, "-n", "MY LABEL", "-i", "1a2b3c4d", image);
    const from = await workshop.writeFiles("fat.files", files);
    await tool(
      "mcopy",
      "-s",
      "-i",
      image,
      `${from}/EFI`,
      `${from}/short.txt`,
      `${from}/empty`,
      `${from}/many`,
      "::/",
    );
    const { found, tree } = await open(image);
    expect(found).toMatchObject({ type: "vfat", label: "MY LABEL", uuid: "1A2B-3C4D" });
    expect(await tool("blkid", "-p", "-o", "value", "-s", "UUID", image)).toBe("1A2B-3C4D\n");
    for (const [path, value] of Object.entries(files)) {
      expect((await tree.readFile(path, 1024 ** 2))?.equals(Buffer.from(value)), path).toBe(true);
    }
    expect(await tree.stat("/efi/boot/bootx64.efi")).toMatchObject({ kind: "file", sizeBytes: large.length });
    expect(await tree.readDirectory("/many")).toHaveLength(120);
    await rm(from, { recursive: true });
  });
});

describe("ISO 9660", () => {
  it.each([
    ["Rock Ridge", ["-r"]],
    ["Joliet", ["-J", "-joliet-long"]],
    ["both", ["-r", "-J"]],
  ])("%s agrees with what was put in, and with blkid", async (_name, args) => {
    const deep = { "/a/b/c/d/e/f/g/h/i/deep file": "deep" };
    const links = args.includes("-r") ? { "/link": { link: "../a/./b/link target/of some length" } } : {};
    const from = await workshop.writeFiles("iso.files", { ...files, ...deep, ...links });
    const image = workshop.path("test.iso");
    await rm(image, { force: true });
    await tool("xorriso", "-as", "mkisofs", "-quiet", "-V", "TEST_VOLUME", ...args, "-o", image, from);
    const { found, tree } = await open(image);
    const blkid = await tool("blkid", "-p", "-o", "export", image);
    expect(found).toMatchObject({
      type: "iso9660",
      label: "TEST_VOLUME",
      uuid: /^UUID=(.+)$/m.exec(blkid)?.[1],
    });
    for (const [path, value] of Object.entries({ ...files, ...deep })) {
      expect((await tree.readFile(path, 1024 ** 2))?.equals(Buffer.from(value)), path).toBe(true);
    }
    if (args.includes("-r")) expect(await tree.readLink("/link")).toBe("../a/./b/link target/of some length");
    await rm(from, { recursive: true });
  });
});
