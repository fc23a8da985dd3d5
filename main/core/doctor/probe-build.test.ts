import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const source = new URL("../../../resources/probe/", import.meta.url).pathname;

const binutilsPresent = ["as", "ld", "objcopy"].every((tool) => {
  try {
    return execFileSync(tool, ["--version"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).includes("GNU");
  } catch {
    return false;
  }
});

describe("the committed probe guest", () => {
  it("is small and starts where a processor starts", () => {
    const binary = readFileSync(join(source, "probe.bin"));
    expect(binary.length).toBe(4096);
    expect(binary[4096 - 16]).toBe(0xea); // a far jump at 0xffff0
  });

  it.skipIf(!binutilsPresent || process.arch !== "x64")("is what its source says", () => {
    const folder = mkdtempSync(join(tmpdir(), "goldsmith-probe-"));
    try {
      const output = join(folder, "probe.bin");
      execFileSync("sh", [join(source, "build.sh"), output]);
      expect(readFileSync(output).equals(readFileSync(join(source, "probe.bin")))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
