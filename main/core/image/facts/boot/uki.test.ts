import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { TreeFile } from "#core/image/filesystem/file-tree.ts";
import { readUki } from "./uki.ts";

const fileOf = (bytes: Buffer): TreeFile => ({
  sizeBytes: bytes.length,
  read: (at, length) => Promise.resolve(bytes.subarray(at, at + length)),
});

/** A PE program of nothing but sections. */
function pe(sections: Readonly<Record<string, Buffer>>): Buffer {
  const names = Object.keys(sections);
  const head = Buffer.alloc(1024);
  head.write("MZ", 0);
  head.writeUInt32LE(128, 60);
  head.write("PE\0\0", 128);
  head.writeUInt16LE(names.length, 128 + 6);
  head.writeUInt16LE(112, 128 + 20);
  const parts = [head];
  let at = head.length;
  names.forEach((name, index) => {
    const content = sections[name] ?? Buffer.alloc(0);
    const padded = Buffer.concat([content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
    const header = 128 + 24 + 112 + index * 40;
    head.write(name, header, 8, "latin1");
    head.writeUInt32LE(content.length, header + 8);
    head.writeUInt32LE(padded.length, header + 16);
    head.writeUInt32LE(at, header + 20);
    parts.push(padded);
    at += padded.length;
  });
  return Buffer.concat(parts);
}

const whole = pe({
  ".osrel": Buffer.from("ID=debian\nVERSION_ID=13\n"),
  ".cmdline": Buffer.from("root=UUID=1 console=ttyS0\n\0"),
  ".uname": Buffer.from("6.12.0-amd64"),
  ".initrd": Buffer.from("070701 and so on"),
  ".linux": Buffer.alloc(700, 7),
});

describe("readUki", () => {
  it("finds kernel, initramfs, command line and version", async () => {
    const uki = await readUki(fileOf(whole));
    expect(uki).toMatchObject({
      kernelVersion: "6.12.0-amd64",
      commandLine: "root=UUID=1 console=ttyS0",
      osRelease: "ID=debian\nVERSION_ID=13\n",
    });
    expect((await uki?.initramfs?.read(0, 100))?.toString()).toBe("070701 and so on");
    expect((await uki?.initramfs?.read(7, 3))?.toString()).toBe("and");
    expect(uki?.kernel.sizeBytes).toBe(700);
  });

  it("takes no other program for one", async () => {
    expect(await readUki(fileOf(pe({ ".text": Buffer.alloc(9) })))).toBeNull();
    expect(await readUki(fileOf(Buffer.from("#!/bin/sh\n")))).toBeNull();
    expect(await readUki(fileOf(Buffer.alloc(0)))).toBeNull();
    expect(await readUki(fileOf(pe({ ".linux": Buffer.alloc(9) })))).toMatchObject({
      initramfs: null,
      commandLine: null,
    });
  });

  it("answers whatever the headers say", async () => {
    const change = fc.record({ at: fc.nat(600), value: fc.nat(255) });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 12 }), fc.nat(whole.length), async (changes, end) => {
        const bytes = Buffer.from(whole.subarray(0, Math.max(end, 600)));
        for (const { at, value } of changes) bytes[at] = value;
        const uki = await readUki(fileOf(bytes));
        expect(uki?.initramfs?.sizeBytes ?? 0).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});
