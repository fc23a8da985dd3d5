import { describe, expect, it } from "vitest";
import { machineControls, nextStep } from "./machine-controls.ts";

describe("machineControls", () => {
  it("lets a machine that is off be started, read and deleted, and nothing else", () => {
    const controls = machineControls({ power: "off", isoPath: null, suspended: false });
    expect(controls.start).toBeNull();
    expect(controls.readDisk).toBeNull();
    expect(controls.delete).toBeNull();
    expect(controls.forceOff).not.toBeNull();
    expect(controls.powerButton).not.toBeNull();
    expect(controls.eject).not.toBeNull();
  });

  it("keeps the disk of a suspended machine from being read until its memory is used or discarded", () => {
    const asleep = machineControls({ power: "off", isoPath: null, suspended: true });
    expect(asleep.discardMemory).toBeNull();
    for (const held of [asleep.readDisk, asleep.checkpoint, asleep.changeHardware])
      expect(held).toContain("discard the memory");
    const off = machineControls({ power: "off", isoPath: null, suspended: false });
    const on = machineControls({ power: "running", isoPath: null, suspended: false });
    expect([off.discardMemory, on.discardMemory]).not.toContain(null);
  });

  it("always lets a machine that is on be forced off", () => {
    for (const power of ["starting", "running", "paused", "stopping"] as const) {
      const controls = machineControls({ power, isoPath: "/x.iso", suspended: false });
      expect(controls.forceOff).toBeNull();
      expect(controls.delete).not.toBeNull();
      expect(controls.readDisk).not.toBeNull();
      expect(controls.eject).toBeNull();
    }
  });

  it("lets a paused guest go on, and no other", () => {
    for (const power of ["off", "starting", "running", "paused", "stopping"] as const) {
      const { resume } = machineControls({ power, isoPath: null, suspended: false });
      expect(resume === null, power).toBe(power === "paused");
    }
  });
});

describe("nextStep", () => {
  const off = { power: "off", transcriptBytes: 100, startedAt: "2025-01-01T00:00:00Z" } as const;
  const none = { checked: false, compacted: false, published: false };

  it("leads from check to compact to publish", () => {
    expect(nextStep(off, none)).toBe("check");
    expect(nextStep(off, { ...none, checked: true })).toBe("compact");
    expect(nextStep(off, { ...none, checked: true, compacted: true })).toBe("publish");
    expect(nextStep(off, { checked: true, compacted: true, published: true })).toBe("done");
  });

  it("begins with the first start", () => {
    expect(nextStep({ power: "off", transcriptBytes: 0, startedAt: null }, none)).toBe("start");
  });
});
