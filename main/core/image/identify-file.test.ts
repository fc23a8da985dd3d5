import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { identifyFile } from "./identify-file.ts";
import { isoBytes, qcow2Bytes, vhdBytes } from "./testing/image-headers.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs-identify-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: Buffer | string): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

describe("identifyFile", () => {
  it("goes by content, never by name", async () => {
    expect(await identifyFile(await file("a.iso", qcow2Bytes()))).toMatchObject({ format: "qcow2" });
    expect(await identifyFile(await file("b.img", isoBytes()))).toMatchObject({ format: "iso9660" });
    expect(await identifyFile(await file("c.qcow2", Buffer.alloc(4096)))).toMatchObject({
      format: "raw",
      virtualBytes: 4096,
    });
  });

  it("follows a link and answers the absolute path it was given", async () => {
    await file("real.qcow2", qcow2Bytes());
    await symlink("real.qcow2", join(folder, "link"));
    expect(await identifyFile(join(folder, "link"))).toMatchObject({
      format: "qcow2",
      path: join(folder, "link"),
    });
  });

  it("refuses two formats in one file", async () => {
    const both = Buffer.concat([qcow2Bytes(), Buffer.alloc(0)]);
    isoBytes().copy(both, 16 * 2048, 16 * 2048, 19 * 2048);
    await expect(identifyFile(await file("both", both))).rejects.toMatchObject({
      code: "image-refused",
      message: expect.stringContaining("qcow2 and ISO 9660"),
    });
    const tail = Buffer.concat([qcow2Bytes(), vhdBytes().subarray(-512)]);
    await expect(identifyFile(await file("tail", tail))).rejects.toThrow("qcow2 and VHD");
  });

  it("takes a hybrid ISO: a partition table in front is no second format", async () => {
    const hybrid = isoBytes([0, 0xef]);
    hybrid.writeUInt8(0x80, 446);
    hybrid.writeUInt8(0x17, 450);
    hybrid.writeUInt32LE(40, 458);
    hybrid.writeUInt16LE(0xaa55, 510);
    expect(await identifyFile(await file("hybrid.iso", hybrid))).toMatchObject({ format: "iso9660" });
  });

  it.each([
    ["gzip", gzipSync("x")],
    ["bzip2", Buffer.from("BZh91AY&SY\0\0")],
    ["xz", Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4])],
    ["zstd", Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0])],
  ])("names %s and says how to unpack it", async (name, content) => {
    await expect(identifyFile(await file(`x.${name}`, content))).rejects.toMatchObject({
      code: "image-unreadable",
      message: expect.stringContaining(`packed with ${name}`),
      hint: expect.stringContaining("Unpack it first"),
    });
  });

  it("does not open what is no file, and does not wait for a pipe", async () => {
    const pipe = join(folder, "pipe");
    await promisify(execFile)("mkfifo", [pipe]);
    await expect(identifyFile(pipe)).rejects.toMatchObject({ code: "image-refused" });
    await expect(identifyFile("/dev/null")).rejects.toMatchObject({ code: "image-refused" });
    await expect(identifyFile(folder)).rejects.toMatchObject({
      code: "image-unreadable",
      message: expect.stringContaining("folder"),
    });
  });

  it.each([
    'json:{"driver":"raw"}',
    "nbd://host/export",
    "fat:rw:/etc",
    "https://example.org/a.iso",
    "file:/etc/passwd",
  ])("refuses the address %s", async (name) => {
    await expect(identifyFile(name)).rejects.toMatchObject({
      code: "image-refused",
      message: expect.stringContaining("address"),
    });
  });

  it("tells what is missing, empty or too small", async () => {
    await expect(identifyFile(join(folder, "none"))).rejects.toMatchObject({ code: "not-found" });
    await expect(identifyFile(await file("empty", ""))).rejects.toMatchObject({
      code: "image-unreadable",
      message: expect.stringContaining("is empty"),
    });
    await expect(identifyFile(await file("tiny", "x"))).rejects.toThrow("too small");
  });
});
