import { describe, expect, it } from "vitest";
import { exampleFacts } from "#core/check/testing/example-facts.ts";
import { factGroups } from "./fact-groups.ts";

const find = (id: string, facts = exampleFacts()) => factGroups(facts).find((group) => group.id === id);

describe("factGroups", () => {
  it("tells what there is, each group with a gist", () => {
    const groups = factGroups(exampleFacts());
    expect(groups.map(({ id }) => id).slice(0, 4)).toEqual(["image", "system", "disk", "drivers"]);
    for (const { gist, rows, tables } of groups) {
      expect(gist).not.toBe("");
      expect(rows.length + tables.length).toBeGreaterThan(0);
      for (const { head, rows: lines } of tables) {
        for (const { cells } of lines) expect(cells).toHaveLength(head.length);
      }
    }
  });
  it("leaves out what was not looked for", () => {
    const nothing = { ...exampleFacts(), network: null, leftovers: null, accounts: null, sshd: null };
    const ids = factGroups(nothing).map(({ id }) => id);
    for (const id of ["network", "leftovers", "accounts", "sshd"]) expect(ids).not.toContain(id);
  });
  it("names the file and line that decide", () => {
    const facts = exampleFacts();
    if (facts.cloudInit === null) throw new Error("fixture");
    facts.cloudInit = {
      ...facts.cloudInit,
      datasourceList: ["NoCloud", "None"],
      decidedBy: { path: "/etc/cloud/cloud.cfg.d/90_dpkg.cfg", line: 2 },
    };
    expect(find("cloud-init", facts)?.rows).toContainEqual({
      name: "Datasources",
      value: "NoCloud, None",
      where: "/etc/cloud/cloud.cfg.d/90_dpkg.cfg:2",
    });
  });
  it("marks root, wherever it lies, and what cannot be opened", () => {
    const facts = exampleFacts();
    facts.rootVolume = "vg/root";
    facts.logicalVolumes = [
      {
        name: "vg/root",
        devicePath: "/dev/mapper/vg-root",
        sizeBytes: 2 ** 30,
        segmentTypes: ["thin"],
        filesystem: null,
        unreadable: "Thin volumes are not read",
      },
    ];
    const [partitions, volumes] = find("disk", facts)?.tables ?? [];
    expect(partitions?.rows[0]?.cells.at(-1)).not.toBe("root");
    expect(volumes?.rows[0]).toEqual({
      cells: ["vg/root", "1 GiB", "closed", "root"],
      hint: "Thin volumes are not read",
    });
  });
  it("cuts lists that a crafted image makes endless", () => {
    const facts = exampleFacts();
    facts.leftovers = Array.from({ length: 5000 }, (_, index) => ({
      kind: "log" as const,
      path: `/var/log/${index}`,
      detail: "log",
      sizeBytes: 1,
    }));
    expect(find("leftovers", facts)?.tables[0]?.rows.length).toBeLessThanOrEqual(200);
    expect(find("leftovers", facts)?.gist).toContain("5000 places");
  });
});
