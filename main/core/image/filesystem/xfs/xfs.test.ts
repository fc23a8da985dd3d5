import { beforeAll, describe, expect, it } from "vitest";
import { recognise } from "#core/image/filesystem/recognise.ts";
import { memoryDevice } from "#core/image/testing/disk-images.ts";
import { readXfsSuperblock, type XfsSuperblock } from "./superblock.ts";
import { allForms } from "./testing/all-forms.ts";
import { readerTree, type TreeRow } from "./testing/mounted-tree.ts";
import { openFilesystem } from "./testing/open-xfs.ts";
import { resealXfs } from "./testing/reseal.ts";
import { createVolume } from "./volume.ts";

let original: Buffer;
let rows: TreeRow[];
let superblock: XfsSuperblock;
beforeAll(async () => {
  ({ image: original, rows } = await allForms());
  const found = await readXfsSuperblock(memoryDevice(original));
  if (found === null) throw new Error("no superblock");
  superblock = found;
});

/** A copy of the image that was changed, with its superblock's checksum right again. */
function changed(change: (image: Buffer) => void): Buffer {
  const image = Buffer.from(original);
  change(image);
  resealXfs(image, [{ offsetBytes: 0, lengthBytes: 512 }]);
  return image;
}

/** Where the log record with the highest sequence number lies. */
function newestRecord(start: number, length: number): number {
  let newest = { at: 0, sequence: 0n };
  for (let at = start; at < start + length; at += 512) {
    if (original.readUInt32BE(at) !== 0xfeed_babe) continue;
    const sequence = original.readBigUInt64BE(at + 16);
    if (sequence > newest.sequence) newest = { at, sequence };
  }
  return newest.at;
}

const largeFolder = Array.from(
  { length: 3200 },
  (_value, index) => `a-name-in-a-really-large-folder-${index}`,
);

describe("an XFS that Linux has written", () => {
  it("looks as Linux shows it: names, kinds, modes, sizes, contents, targets, attributes", async () => {
    const { tree } = await openFilesystem(memoryDevice(original));
    expect(rows.length).toBeGreaterThan(3900);
    expect(await readerTree(tree, rows)).toEqual(rows);
  });

  it("has a name, a UUID and nothing to complain of", async () => {
    expect(await recognise(memoryDevice(original))).toMatchObject({
      type: "xfs",
      label: "all forms",
      uuid: "0f0e0d0c-0b0a-4908-8706-050403020100",
      unreadable: null,
    });
    const { filesystem } = await openFilesystem(memoryDevice(original));
    expect(filesystem.notes).toEqual([]);
  });

  it("finds single names of a large folder by its index, without reading all of it", async () => {
    let readBytes = 0;
    const device = memoryDevice(original);
    const counting = {
      ...device,
      read: (at: number, length: number) => {
        readBytes += length;
        return device.read(at, length);
      },
    };
    const filesystem = await (await recognise(counting))?.open?.();
    if (filesystem === undefined) throw new Error("not recognised");
    const folder = await filesystem.lookup(await filesystem.root(), "big");
    if (folder === null) throw new Error("no folder");
    readBytes = 0;
    expect(await filesystem.lookup(folder, largeFolder[1999] ?? "")).toMatchObject({ kind: "file" });
    expect(readBytes).toBeLessThan(32 * 1024);
    for (const name of largeFolder) expect(await filesystem.lookup(folder, name), name).not.toBeNull();
    expect(await filesystem.lookup(folder, "a-name-in-a-really-large-folder-3200")).toBeNull();
    expect(await filesystem.list(folder)).toHaveLength(3200);
  });

  it("answers null for attributes that are not there", async () => {
    const { tree } = await openFilesystem(memoryDevice(original));
    for (const path of ["/empty", "/short/f0", "/short/f1", "/lines"]) {
      for (const name of ["user.none", "security.selinux", "trusted.small", "system.posix_acl_access"]) {
        expect(await tree.attribute(path, name), `${path} ${name}`).toBeNull();
      }
    }
  });

  it.each(["scattered", "sparse", "unwritten", "lines"])("reads any part of %s", async (name) => {
    const { tree } = await openFilesystem(memoryDevice(original));
    const file = await tree.openFile(`/${name}`);
    if (file === null) throw new Error("no file");
    const whole = await file.read(0, file.sizeBytes);
    for (const [at, length] of [
      [0, 1],
      [1023, 2],
      [8190, 9000],
      [file.sizeBytes - 5, 100],
      [file.sizeBytes, 10],
    ] as const) {
      expect((await file.read(at, length)).equals(whole.subarray(at, at + length)), `${at}`).toBe(true);
    }
  });
});

describe("an XFS that is not as it should be", () => {
  const unreadableOf = async (image: Buffer): Promise<string | null | undefined> =>
    (await recognise(memoryDevice(image)))?.unreadable;

  it("is named, but not opened, when its features are not known", async () => {
    const image = changed((bytes) => bytes.writeUInt32BE(bytes.readUInt32BE(216) | 0x4000_0000, 216));
    expect(await unreadableOf(image)).toBe("It uses XFS features that are not known here (0x40000000)");
    expect(await recognise(memoryDevice(image))).toMatchObject({
      type: "xfs",
      label: "all forms",
      open: null,
    });
  });

  it("is not opened when its superblock is damaged", async () => {
    const image = Buffer.from(original);
    image.writeUInt8(image.readUInt8(110) ^ 1, 110);
    expect(await unreadableOf(image)).toBe("The checksum of its superblock is wrong");
    for (const [at, value] of [
      [84, 0], // blocks in a group
      [88, 0], // groups
      [102, 0], // sector
      [104, 0], // inode
      [123, 9], // inodes in a block
      [124, 60], // bits of a block number
      [126, 1], // mkfs is at work
      [192, 40], // folder block
    ] as const) {
      const wide = at < 100;
      const bad = changed((bytes) => {
        if (wide) bytes.writeUInt32BE(value, at);
        else if (at < 110) bytes.writeUInt16BE(value, at);
        else bytes.writeUInt8(value, at);
      });
      expect(await unreadableOf(bad), `${at}`).toBe("Its superblock is damaged");
    }
  });

  it("says what is damaged where Linux would refuse: an inode, a folder", async () => {
    const inodeBytes = superblock.inodeBytes;
    const at = original.indexOf("ID=all-forms"); // a content: no checksum of its own, nothing is refused
    expect(at).toBeGreaterThan(0);
    const root = (superblock.rootInode / 2 ** superblock.inodesPerBlockBits) * superblock.blockBytes;
    const image = changed((bytes) =>
      bytes.writeUInt8(bytes.readUInt8(root + inodeBytes - 1) ^ 1, root + inodeBytes - 1),
    );
    const { tree } = await openFilesystem(memoryDevice(image));
    await expect(tree.readDirectory("/")).rejects.toMatchObject({
      code: "image-unreadable",
      message: `The XFS filesystem is damaged: the checksum of inode ${superblock.rootInode} is wrong`,
    });
    const folderBlock = original.indexOf("XDD3");
    const broken = changed((bytes) => bytes.fill("?", folderBlock + 200, folderBlock + 202));
    const opened = await openFilesystem(memoryDevice(broken));
    const messages: string[] = [];
    for (const folder of ["/leaf", "/node", "/big", "/block"]) {
      await opened.tree.readDirectory(folder).catch((error: unknown) => messages.push(String(error)));
    }
    expect(messages).toEqual([expect.stringContaining("the checksum of a folder's block is wrong")]);
  });

  it("does not read a file that lies on a realtime device", async () => {
    const { filesystem } = await openFilesystem(memoryDevice(original));
    const node = await filesystem.lookup(await filesystem.root(), "lines");
    if (node === null || !("number" in node) || typeof node.number !== "number") throw new Error("no file");
    const { inodesPerBlockBits, inodeBytes, blockBytes } = superblock;
    const block = createVolume(memoryDevice(original), superblock).locate(
      Math.floor(node.number / 2 ** inodesPerBlockBits),
      1,
    );
    const at = block * blockBytes + (node.number % 2 ** inodesPerBlockBits) * inodeBytes;
    const image = changed((bytes) => {
      bytes.writeUInt16BE(1, at + 90);
      resealXfs(bytes, [{ offsetBytes: at, lengthBytes: inodeBytes }]);
    });
    const { tree } = await openFilesystem(memoryDevice(image));
    await expect(tree.readText("/lines", 100_000)).rejects.toMatchObject({
      code: "image-unreadable",
      message: "A file lies on a realtime device, which is not in this image",
    });
  });

  it("notes a log with changes in it, a log elsewhere, a need for repair, a missing end", async () => {
    const { log } = superblock;
    if (log === null) throw new Error("no log");
    const record = newestRecord(
      createVolume(memoryDevice(original), superblock).locate(log.block, log.blocks) * superblock.blockBytes,
      log.blocks * superblock.blockBytes,
    );
    const operations = await notesOf(changed((bytes) => bytes.writeUInt32BE(7, record + 40)));
    expect(operations).toEqual([expect.stringContaining("not unmounted cleanly")]);
    const external = await notesOf(changed((bytes) => bytes.fill(0, 48, 56)));
    expect(external).toEqual([expect.stringContaining("on another device")]);
    const repair = await notesOf(
      changed((bytes) => bytes.writeUInt32BE(bytes.readUInt32BE(216) | 0x10, 216)),
    );
    expect(repair).toEqual([expect.stringContaining("marked for repair")]);
    const cut = await notesOf(original.subarray(0, original.length - 4096));
    expect(cut).toEqual([expect.stringContaining("larger than the space")]);
  });

  const notesOf = async (image: Buffer): Promise<readonly string[]> =>
    (await openFilesystem(memoryDevice(image))).filesystem.notes;
});
