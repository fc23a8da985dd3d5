import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DoctorReportSchema } from "#contract/doctor.ts";
import { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { createDoctor } from "./doctor.ts";

let home = "";
let ports: Ports;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "goldsmith-doctor-"));
  ports = await createNodePorts({ home });
});
afterEach(async () => {
  await rm(home, { recursive: true, force: true });
  await rm(ports.directories.runtime, { recursive: true, force: true });
});

describe("the doctor with the real QEMU", () => {
  it("proves an accelerator within six seconds, reports it and keeps the verdict", async () => {
    const store = new StateStore();
    const startedMs = performance.now();
    const report = await createDoctor({ ports, store }).run({ fresh: false });
    expect(performance.now() - startedMs).toBeLessThan(6_000);
    expect(DoctorReportSchema.parse(report)).toEqual(report);
    expect(store.state.doctor["report"]).toEqual(report);
    expect(report.cached).toBe(false);
    expect(report.qemu.version).toMatch(/^\d+\.\d+/);

    const tcg = report.accelerator.candidates.find(({ name }) => name === "tcg");
    expect(tcg).toMatchObject({ ok: true, outcome: "works" });
    const best = report.accelerator.candidates.find(({ ok }) => ok);
    expect(report.accelerator.chosen).toBe(best?.name);
    for (const candidate of report.accelerator.candidates) expect(candidate.reason).not.toBe("");

    // A new process finds the verdict on disk; `fresh` does not believe it.
    const second = createDoctor({ ports, store: new StateStore() });
    const again = await second.run({ fresh: false });
    expect(again).toMatchObject({ cached: true, accelerator: report.accelerator });
    expect(await second.accelerator()).toBe(report.accelerator.chosen);
    expect((await second.run({ fresh: true })).cached).toBe(false);
  });

  it("boots once for two who ask at the same time", async () => {
    const doctor = createDoctor({ ports, store: new StateStore() });
    const [first, second] = await Promise.all([doctor.accelerator(), doctor.accelerator()]);
    expect(first).toBe(second);
    const log = await readFile(join(ports.directories.data, "log", "goldsmith.log"), "utf8");
    expect(log.match(/Accelerators were proved/g)).toHaveLength(1);
    expect(await readdir(ports.directories.cache)).toContain("accelerator.json");
  });
});
