import { readFile, stat } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Answers, Install } from "#contract/install.ts";
import { ConsoleSession } from "#core/console/console-session.ts";
import { miniInstallerIso } from "#e2e/fixtures/fixtures.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { openMachineWorld, type MachineWorld } from "./testing/machine-world.ts";

const MiB = 1024 * 1024;
const bootMs = 180_000;

let world: MachineWorld;
beforeEach(async () => {
  world = await openMachineWorld(createNodePorts);
});
afterEach(() => world.close());

/** The installer's own kernel and initrd with a shell in place of its program. */
const withShell: Install = {
  mode: "direct",
  kernelPath: "/boot/vmlinuz",
  initrdPath: "boot/initrd.gz",
  commandLine: "console=ttyS0 quiet rdinit=/bin/sh",
  answers: null,
};
const answers = (handOver: Answers["handOver"]): Answers => ({
  kind: "preseed",
  handOver,
  label: "OEMDRV",
  files: [{ name: "sub/preseed.cfg", text: "d-i told-by goldsmith\n" }],
});

async function install(change: Partial<Install>): Promise<string> {
  return await world.blank({
    isoPath: await miniInstallerIso(),
    hardware: { cores: 2, memoryBytes: 256 * MiB, diskSizeBytes: 64 * MiB },
    install: { ...withShell, ...change },
  });
}

async function shellOf(id: string): Promise<ConsoleSession> {
  const session = await ConsoleSession.attach(world.machines.console(id), { fromByte: 0 });
  await session.waitFor(/# $/, { timeoutMs: bootMs });
  return session;
}

describe("a direct install", () => {
  it("starts the medium's kernel with the answers in its initrd; the first restart is from the disk", async () => {
    const id = await install({ answers: answers("initrd") });
    expect(world.machines.view(id).installing).toBe(true);
    await world.machines.start(id);
    expect(world.machines.view(id).argv).toContain("-no-reboot");
    await using session = await shellOf(id);
    await session.line("cat /sub/preseed.cfg");
    await session.waitFor("told-by goldsmith", { timeoutMs: bootMs });
    expect(world.machines.view(id).installing).toBe(true);
    const first = world.machines.view(id).startedAt;
    await session.line("reboot -f");
    await expect
      .poll(() => world.machines.view(id), { timeout: bootMs })
      .toMatchObject({ power: "running", installing: false, lastError: null });
    await expect.poll(() => world.machines.view(id).startedAt, { timeout: bootMs }).not.toBe(first);
    await world.machines.waitForPower(id, "running", { timeoutMs: bootMs });
    expect(world.machines.view(id).argv).not.toContain("-kernel");
  });

  it("is over also when the guest restarts while no app is there, and not when it is only cut off", async () => {
    const id = await install({ answers: answers("seed-iso") });
    await world.machines.start(id);
    expect(world.machines.view(id).argv.join(" ")).toContain("seed.iso");
    const seed = (await readFile(world.inFolder(id, "install/seed.iso"))).toString("latin1");
    expect(seed.slice(32768 + 40, 32768 + 46)).toBe("OEMDRV");
    expect(seed).toContain("told-by goldsmith");
    expect((await stat(world.inFolder(id, "install"))).mode & 0o777).toBe(0o700);
    await world.machines.forceOff(id);
    expect(world.machines.view(id).installing).toBe(true);
    await world.machines.start(id);
    {
      await using session = await shellOf(id);
      await session.line("sleep 1; reboot -f");
    }
    const pid = Number(await readFile(world.inFolder(id, "qemu.pid"), "utf8"));
    await world.machines.close();
    await expect.poll(() => world.ports.processes.identify(pid), { timeout: bootMs }).toBeNull();
    await world.open();
    expect(world.machines.view(id)).toMatchObject({ power: "off", installing: false, lastError: null });
    await world.machines.start(id);
    expect(world.machines.view(id).argv).not.toContain("-kernel");
  });

  it("says what the medium lacks, and leaves the machine off", async () => {
    const id = await install({ kernelPath: "/boot/no-kernel" });
    await expect(world.machines.start(id)).rejects.toMatchObject({
      code: "not-bootable",
      message: "/boot/no-kernel is not in the medium",
    });
    expect(world.machines.view(id)).toMatchObject({ power: "off", lastError: { code: "not-bootable" } });
    const climbing = { ...answers("seed-iso"), files: [{ name: "../escape", text: "" }] };
    const other = await install({ answers: climbing });
    await expect(world.machines.start(other)).rejects.toMatchObject({ code: "bad-input" });
    const ejected = await install({});
    await world.machines.eject(ejected);
    await expect(world.machines.start(ejected)).rejects.toThrow(/installer is not inserted/);
  });
});
