import { expect, it } from "vitest";
import { grubBootCode, grubCoreImage } from "./grub-bios-embed.ts";

it("points the boot code at the core and leaves the partition table alone", () => {
  const original = new Uint8Array(512).fill(0xaa);
  const code = Buffer.from(grubBootCode(original, 2048));
  expect(code).toHaveLength(440);
  expect(code.readBigUInt64LE(0x5c)).toBe(2048n);
  expect([code[0x64], code[0x66], code[0x67]]).toEqual([0xff, 0x90, 0x90]);
  expect(original[0x5c]).toBe(0xaa);
});

it("writes where the rest of the core lies, in whole sectors", () => {
  const core = Buffer.from(grubCoreImage(new Uint8Array(1300).fill(1), 2048));
  expect(core).toHaveLength(3 * 512);
  expect(core.readBigUInt64LE(0x1f4)).toBe(2049n);
  expect(core.readUInt16LE(0x1fc)).toBe(2);
  expect(core.readUInt16LE(0x1fe)).toBe(0x0820);
  expect(core[1299]).toBe(1);
});
