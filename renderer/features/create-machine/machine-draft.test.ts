import { describe, expect, it } from "vitest";
import { judgeDraft, newDraft, withIso } from "./machine-draft.ts";

const GiB = 1024 ** 3;
const good = { ...newDraft("/isos/debian-12.5.0-amd64-netinst.iso") };

describe("judgeDraft", () => {
  it("turns a new draft into the contract's input", () => {
    expect(judgeDraft(good)).toEqual({
      problems: {},
      input: {
        name: "debian-12.5.0",
        isoPath: "/isos/debian-12.5.0-amd64-netinst.iso",
        install: null,
        hardware: {
          cores: 2,
          memoryBytes: GiB,
          diskSizeBytes: 8 * GiB,
          firmware: "bios",
          diskBus: "virtio-scsi",
        },
      },
    });
  });

  it("allows a machine without a medium", () => {
    expect(judgeDraft({ ...good, isoPath: "  " }).input?.isoPath).toBeNull();
  });

  it.each([
    ["name", "   "],
    ["name", "x".repeat(81)],
    ["cores", "0"],
    ["cores", "two"],
    ["cores", "1.5"],
    ["memory", "1 MiB"],
    ["memory", "lots"],
    ["disk", ""],
    ["disk", "100 TiB"],
  ] as const)("finds what is wrong with %s %j", (field, text) => {
    const { input, problems } = judgeDraft({ ...good, [field]: text });
    expect(input).toBeNull();
    expect(Object.keys(problems)).toEqual([field]);
    expect(problems[field]).not.toBe("");
  });
});

describe("withIso", () => {
  it("names the machine after the ISO until a person names it", () => {
    expect(withIso(newDraft(null), "/x/alpine-virt-3.20.0-x86_64.iso").name).toBe("alpine-virt-3.20.0");
    const typed = { ...newDraft(null), name: "mine", nameTyped: true };
    expect(withIso(typed, "/x/alpine.iso").name).toBe("mine");
  });
});
