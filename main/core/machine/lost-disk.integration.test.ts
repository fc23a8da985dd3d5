import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { copyFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConsoleSession } from "#core/console/console-session.ts";
import { logIn } from "#core/console/login.ts";
import { microImage, microLogin } from "#e2e/fixtures/fixtures.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { openMachineWorld, type MachineWorld } from "./testing/machine-world.ts";

const MiB = 1024 * 1024;
const bootMs = 180_000;
const soonMs = 60_000;

/** A disk on a drive that can be unplugged: QEMU's storage daemon shows it by FUSE, which root alone may mount here. */
describe.runIf(process.getuid?.() === 0 && existsSync("/dev/fuse"))("a disk that the host loses", () => {
  let world: MachineWorld;
  let drive: ChildProcess | null = null;
  beforeEach(async () => {
    world = await openMachineWorld(createNodePorts);
  });
  afterEach(async () => {
    const gone = drive?.exitCode === null ? once(drive, "exit") : null;
    await Promise.all(Object.keys(world.store.state.machines).map((id) => world.machines.forceOff(id)));
    drive?.kill("SIGKILL");
    await gone;
    await world.ports.processes.run(["umount", "-l", ...mounted], { allowFailure: true });
    await world.close();
  });
  let mounted: string[] = [];

  async function plugIn(id: string): Promise<void> {
    const path = world.machines.diskPath(id);
    const platter = join(world.home, "platter");
    await copyFile(await microImage(), platter);
    mounted = [path];
    const argv = [
      ["--chardev", "stdio,id=qmp", "--monitor", "chardev=qmp"],
      ["--blockdev", JSON.stringify({ driver: "file", "node-name": "good", filename: platter })],
      ["--blockdev", JSON.stringify(brokenCable)],
      ["--blockdev", JSON.stringify({ driver: "raw", "node-name": "cable", file: "good" })],
      [
        "--export",
        `type=fuse,id=fuse,node-name=cable,mountpoint=${path.replaceAll(",", ",,")},writable=on,growable=on`,
      ],
    ].flat();
    drive = spawn("qemu-storage-daemon", argv, { stdio: ["pipe", "ignore", "inherit"] });
    drive.stdin?.write('{"execute":"qmp_capabilities"}\n');
    const { size } = await stat(platter);
    await expect.poll(async () => (await stat(path)).size, { timeout: soonMs }).toBe(size);
  }
  /** EIO for every read and write (QEMU documentation, devel/blkdebug); the daemon itself flushes when it is changed. */
  const brokenCable = {
    driver: "blkdebug",
    "node-name": "broken",
    image: "good",
    "inject-error": ["read", "write"].map((iotype) => ({ event: "none", iotype, errno: 5, once: false })),
  };
  const plug = (file: "good" | "broken"): void => {
    const options = [{ driver: "raw", "node-name": "cable", file }];
    drive?.stdin?.write(`${JSON.stringify({ execute: "blockdev-reopen", arguments: { options } })}\n`);
  };

  it("pauses the guest with a reason, also for who comes later, and goes on when it is back", async () => {
    const id = await world.blank({
      hardware: { cores: 2, memoryBytes: 256 * MiB, diskSizeBytes: 1024 * MiB },
    });
    await plugIn(id);
    await world.machines.start(id);
    await using session = await ConsoleSession.attach(world.machines.console(id), { fromByte: 0 });
    await logIn(session, microLogin, { timeoutMs: bootMs });

    plug("broken");
    await session.line(
      "dd if=/dev/zero of=/root/big bs=1M count=8 conv=fsync; touch /root/still-writable && echo wrote-$?",
    );
    const lost = { power: "paused", lastError: { code: "tool-failed" } };
    await expect.poll(() => world.machines.view(id), { timeout: soonMs }).toMatchObject(lost);
    expect(world.machines.view(id).lastError?.message).toContain("cannot be read or written");

    const first = world.machines;
    const second = await world.open();
    expect(second.view(id)).toMatchObject(lost);
    await second.resume(id);
    for (const machines of [second, first]) {
      await expect.poll(() => machines.view(id), { timeout: soonMs }).toMatchObject(lost);
    }

    plug("good");
    await second.resume(id);
    await session.waitFor("wrote-0", { timeoutMs: soonMs });
    for (const machines of [first, second]) {
      const view = (): unknown => machines.view(id);
      await expect.poll(view, { timeout: soonMs }).toMatchObject({ power: "running", lastError: null });
    }
  });
});
