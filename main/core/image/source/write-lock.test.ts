import { describe, expect, it } from "vitest";
import { hasWriter } from "./write-lock.ts";

const device = (0xfen << 8n) | 1n;
const line = (range: string, place = "fe:01:1234"): string =>
  `7: OFDLCK ADVISORY  READ -1 ${place} ${range}\n`;

describe("hasWriter", () => {
  it("knows QEMU's byte for writing, alone and inside of a range", () => {
    expect(hasWriter(line("101 101"), device, 1234n)).toBe(true);
    expect(hasWriter(line("100 103"), device, 1234n)).toBe(true);
    expect(hasWriter(line("0 EOF"), device, 1234n)).toBe(true);
  });
  it("takes no reader, no other file and no other kind of lock for one", () => {
    expect(hasWriter(line("100 100") + line("201 201"), device, 1234n)).toBe(false);
    expect(hasWriter(line("101 101"), device, 99n)).toBe(false);
    expect(hasWriter(line("101 101", "fe:02:1234"), device, 1234n)).toBe(false);
    expect(hasWriter("1: POSIX  ADVISORY  WRITE 5 fe:01:1234 101 101\nnonsense", device, 1234n)).toBe(false);
  });
});
