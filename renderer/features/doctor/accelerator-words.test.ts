import { expect, it } from "vitest";
import type { Candidate, DoctorReport } from "#contract/doctor.ts";
import { acceleratorReason } from "./accelerator-words.ts";

const candidate = (change: Partial<Candidate>): Candidate => ({
  name: "kvm",
  ok: false,
  outcome: "hangs",
  reason: "",
  fix: null,
  elapsedMs: null,
  stderr: "",
  ...change,
});
const report = (candidates: Candidate[]) => ({ accelerator: { chosen: "tcg", candidates } }) as DoctorReport;

it("says what is wrong with the better one", () => {
  expect(
    acceleratorReason("tcg", report([candidate({}), candidate({ name: "tcg", ok: true, outcome: "works" })])),
  ).toBe("KVM hangs guests");
});

it("says nothing where there is nothing to explain", () => {
  expect(acceleratorReason("tcg", report([candidate({ outcome: "absent" })]))).toBe("");
  expect(acceleratorReason("kvm", report([candidate({ ok: true, outcome: "works" })]))).toBe("");
  expect(acceleratorReason("tcg", undefined)).toBe("");
});
