import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ImageFacts } from "#contract/facts.ts";
import { exampleFacts } from "#core/check/testing/example-facts.ts";
import { readCloudInit } from "#core/image/facts/cloud-init/cloud-init.ts";
import { readInitSystem } from "#core/image/facts/init-system.ts";
import { createMemoryTree } from "#core/image/testing/memory-filesystem.ts";
import { chooseDatasource } from "./choose-datasource.ts";
import { machineOf } from "./detection.ts";
import { identify } from "./identify.ts";
import { debianDsIdentify } from "#e2e/fixtures/ds-identify.ts";
import { runDsIdentify, writeFakePrograms, type Outcome, type Scenario } from "./testing/run-ds-identify.ts";
import { scenarios } from "./testing/scenarios.ts";

const grub = { path: "/boot/grub/grub.cfg", line: 1 };

/** Facts as an inspection of an image with these files tells them, by the same readers. */
async function factsOf(scenario: Scenario, program: string): Promise<ImageFacts> {
  const tree = createMemoryTree({
    "/usr/bin/cloud-init": "",
    "/usr/lib/cloud-init/ds-identify": program,
    "/etc/runlevels/boot/cloud-init-local": "",
    "/etc/runlevels/default/cloud-init": "",
    ...scenario.files,
  });
  const commandLine = { text: scenario.commandLine, where: grub };
  const facts = exampleFacts();
  const [partition] = facts.partitions;
  if (partition === undefined || facts.boot === null || facts.os === null) throw new Error("no example");
  return {
    ...facts,
    os: { ...facts.os, architecture: scenario.architecture },
    boot: { ...facts.boot, kernelCommandLine: scenario.commandLine, commandLineFrom: grub },
    partitions: scenario.ownLabels.map((label) => ({
      ...partition,
      filesystem: { type: "ext4", label, uuid: null, unreadable: null },
    })),
    cloudInit: await readCloudInit(tree, await readInitSystem(tree), null, commandLine, []),
  };
}

const lower = (outcome: Outcome): Outcome =>
  outcome.kind === "list" ? { kind: "list", list: outcome.list.map((name) => name.toLowerCase()) } : outcome;

describe("the oracle against Debian's own ds-identify", () => {
  let folder = "";
  let program = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "gs-ds-"));
    program = await debianDsIdentify();
    await writeFakePrograms(join(folder, "bin"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("agrees on every platform, list, policy, seed and command line", async () => {
    const text = await readFile(program, "utf8");
    const cases = scenarios();
    const wrong: string[] = [];
    const kinds = new Map<string, number>();
    const check = async (index: number): Promise<void> => {
      const item = cases[index];
      if (item === undefined) return;
      const root = join(folder, `root-${index}`);
      const theirs = lower(await runDsIdentify(program, join(folder, "bin"), root, item.scenario));
      await rm(root, { recursive: true });
      const facts = await factsOf(item.scenario, text);
      const dsIdentify = facts.cloudInit?.dsIdentify ?? null;
      if (dsIdentify === null) throw new Error("ds-identify was not found in the image");
      const own = identify(dsIdentify, machineOf(facts, item.scenario.platform));
      const ours = lower(own.kind === "list" ? { kind: "list", list: own.list } : { kind: own.kind });
      kinds.set(theirs.kind, (kinds.get(theirs.kind) ?? 0) + 1);
      if (JSON.stringify(theirs) !== JSON.stringify(ours))
        wrong.push(`${item.name}: ds-identify ${JSON.stringify(theirs)}, oracle ${JSON.stringify(ours)}`);
      // a policy that switches cloud-init off is told as its being off, before the oracle is asked
      const { chosen } = chooseDatasource(facts, item.scenario.platform);
      if (theirs.kind === "disabled" && chosen !== null)
        wrong.push(`${item.name}: off, but ${chosen} is chosen`);
      if (
        theirs.kind === "list" &&
        !item.scenario.commandLine.includes("cc:") &&
        !theirs.list.includes((chosen ?? "").toLowerCase())
      )
        wrong.push(`${item.name}: ${chosen} is not in ${JSON.stringify(theirs)}`);
    };
    for (let at = 0; at < cases.length; at += 4)
      await Promise.all([check(at), check(at + 1), check(at + 2), check(at + 3)]);
    expect(wrong).toEqual([]);
    expect(cases.length).toBeGreaterThan(300);
    // each outcome is met often: agreement on one alone would prove nothing
    expect(Object.fromEntries(kinds)).toEqual({
      list: expect.toSatisfy((count: number) => count > 100),
      own: expect.toSatisfy((count: number) => count > 30),
      disabled: expect.toSatisfy((count: number) => count > 30),
    });
  });
});
