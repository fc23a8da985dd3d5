import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HostFacts } from "./host-facts.ts";
import type { Proof } from "./prove-accelerators.ts";
import { cacheKey, readVerdict, writeVerdict } from "./verdict-cache.ts";

const host: HostFacts = {
  platform: "linux",
  processorModel: "Test",
  kernelRelease: "6.1",
  kvmDevice: "usable",
  processorVirtualises: true,
};
const qemu = { path: "/usr/bin/qemu-system-x86_64", version: "7.2.22" };
const key = cacheKey(qemu, "probe", host);
const proof: Proof = {
  chosen: "tcg",
  candidates: [
    { name: "tcg", ok: true, outcome: "works", reason: "It works.", fix: null, elapsedMs: 150, stderr: "" },
  ],
};
const now = "2026-01-10T00:00:00.000Z";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "goldsmith-verdict-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the kept verdict", () => {
  it("is believed for the same QEMU, guest, processor and kernel", async () => {
    await writeVerdict(folder, key, proof, now);
    expect(await readVerdict(folder, key, now)).toEqual(proof);
  });

  it.each([
    ["another QEMU", cacheKey({ ...qemu, version: "9.0.0" }, "probe", host)],
    ["another probe guest", cacheKey(qemu, "other", host)],
    ["another kernel", cacheKey(qemu, "probe", { ...host, kernelRelease: "6.2" })],
    ["another processor", cacheKey(qemu, "probe", { ...host, processorModel: "Other" })],
    ["/dev/kvm that can be opened now", cacheKey(qemu, "probe", { ...host, kvmDevice: "no-permission" })],
  ])("is not believed for %s", async (_, other) => {
    await writeVerdict(folder, key, proof, now);
    expect(await readVerdict(folder, other, now)).toBeNull();
  });

  it("is not believed after a week, before its time, or when damaged", async () => {
    await writeVerdict(folder, key, proof, now);
    expect(await readVerdict(folder, key, "2026-01-18T00:00:00.000Z")).toBeNull();
    expect(await readVerdict(folder, key, "2026-01-09T00:00:00.000Z")).toBeNull();
    await writeFile(join(folder, "accelerator.json"), "{");
    expect(await readVerdict(folder, key, now)).toBeNull();
  });
});
