import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { safeName } from "./upload.ts";

describe("safeName", () => {
  it.each([
    ["debian-12.iso", "debian-12.iso"],
    ["C:\\Users\\me\\win.iso", "win.iso"],
    ["../../etc/passwd", "passwd"],
    ["Füße 金.qcow2", "Füße 金.qcow2"],
    [".hidden", "hidden"],
    ["a\u0000b\n.iso", "a_b_.iso"],
    ["..", "upload"],
    ["", "upload"],
  ])("makes of %j %j", (given, expected) => expect(safeName(given)).toBe(expected));

  it("always gives one plain segment that fits a file system", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 400 }), (given) => {
        const name = safeName(given);
        expect(name).not.toMatch(/^\.|[/\\\0]/);
        expect(name.length).toBeGreaterThan(0);
        expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
      }),
    );
  });
});
