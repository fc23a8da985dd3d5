import { describe, expect, it } from "vitest";
import type { DoctorReport } from "#contract/doctor.ts";
import { findProblems } from "./problems.ts";

type Found = Omit<DoctorReport, "ok" | "problems">;
const GiB = 1024 ** 3;

const healthy: Found = {
  schemaVersion: 1,
  checkedAt: "2026-01-10T00:00:00.000Z",
  cached: false,
  accelerator: {
    chosen: "kvm",
    candidates: [
      { name: "kvm", ok: true, outcome: "works", reason: "KVM works.", fix: null, elapsedMs: 90, stderr: "" },
    ],
  },
  qemu: { path: "/usr/bin/qemu-system-x86_64", version: "7.2.22" },
  firmware: { biosBundled: true, uefiCode: "/code", uefiVars: "/vars" },
  disk: { path: "/data", freeBytes: 50 * GiB, totalBytes: 100 * GiB },
  keychain: { kind: "os-keychain", detail: "" },
  tools: [{ name: "qemu-img", path: "/usr/bin/qemu-img", version: "7.2", needed: "required", purpose: "x" }],
};

const titles = (found: Found): string[] =>
  findProblems(found).map(({ level, title }) => `${level}: ${title}`);

describe("the list of problems", () => {
  it("is empty on a healthy computer", () => expect(findProblems(healthy)).toEqual([]));

  it("starts with missing programs and says nothing of what depends on them", () => {
    const found: Found = {
      ...healthy,
      qemu: { path: null, version: null },
      accelerator: { chosen: null, candidates: [] },
      firmware: { biosBundled: false, uefiCode: null, uefiVars: null },
      tools: [{ name: "qemu-img", path: null, version: null, needed: "required", purpose: "makes disks" }],
    };
    expect(titles(found)).toEqual(["error: qemu-img is missing: it makes disks"]);
  });

  it("does not mind what is optional", () => {
    const tools: Found["tools"] = [
      { name: "gio", path: null, version: null, needed: "optional", purpose: "x" },
      { name: "sshd", path: null, version: null, needed: "tests", purpose: "x" },
    ];
    expect(findProblems({ ...healthy, tools })).toEqual([]);
  });

  it("weighs free space", () => {
    const free = (freeBytes: number): string[] =>
      titles({ ...healthy, disk: { ...healthy.disk, freeBytes } });
    expect(free(4 * GiB)).toEqual(["warning: Only 4.0 GiB are free in /data"]);
    expect(free(GiB / 2)).toEqual(["error: Only 0.5 GiB are free in /data"]);
  });

  it("warns of broken hardware acceleration with its reason and fix", () => {
    const kvm = {
      name: "kvm" as const,
      ok: false,
      outcome: "hangs" as const,
      reason: "The guest stopped.",
      fix: "Update.",
      elapsedMs: 2000,
      stderr: "",
    };
    const problems = findProblems({ ...healthy, accelerator: { chosen: "tcg", candidates: [kvm] } });
    expect(problems).toEqual([{ level: "warning", title: "The guest stopped.", fix: "Update." }]);
  });

  it("refuses a QEMU that is too old", () => {
    expect(titles({ ...healthy, qemu: { path: "/q", version: "5.2.0" } })).toEqual([
      "error: QEMU 5.2.0 is too old",
    ]);
    expect(titles({ ...healthy, qemu: { path: "/q", version: "10.1.0" } })).toEqual([]);
  });
});
