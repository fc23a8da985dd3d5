import { copyFile, mkdir, rm, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConsoleSession } from "#core/console/console-session.ts";
import { logIn } from "#core/console/login.ts";
import { microImage, microLogin } from "#e2e/fixtures/fixtures.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { newCheckpoint, openMachineWorld, type MachineWorld } from "./testing/machine-world.ts";

const MiB = 1024 * 1024;
const bootMs = 180_000;
const soonMs = 60_000;

/** A filesystem of its own that is really full; only root may mount one. */
describe.runIf(process.getuid?.() === 0)("a host whose disk is full", () => {
  let world: MachineWorld;
  let place: string;
  beforeEach(async () => {
    world = await openMachineWorld(createNodePorts);
    place = join(world.home, "data", "machines");
    await world.machines.close();
    await mkdir(place, { recursive: true });
    await world.ports.processes.run(["mount", "-t", "tmpfs", "-o", "size=700m", "goldsmith-test", place]);
    await world.open();
  });
  afterEach(async () => {
    await world.open();
    await Promise.all(Object.keys(world.store.state.machines).map((id) => world.machines.forceOff(id)));
    await world.machines.close();
    await world.ports.processes.run(["umount", "-l", place]);
    await world.close();
  });

  const fillUp = async (): Promise<string> => {
    const { bavail, bsize } = await statfs(place);
    const path = join(place, "0filler");
    const count = Math.floor((bavail * bsize) / MiB);
    await world.ports.processes.run(["dd", "if=/dev/zero", `of=${path}`, "bs=1M", `count=${count}`]);
    await writeFile(join(place, "1filler"), Buffer.alloc(MiB)).catch(() => {}); // the rest
    return path;
  };

  it("pauses the guest that writes, and lets it go on when there is room", async () => {
    const hardware = { cores: 2, memoryBytes: 256 * MiB, diskSizeBytes: 1024 * MiB };
    const id = await world.blank({ hardware });
    await copyFile(await microImage(), world.machines.diskPath(id));
    await world.machines.start(id);
    await using session = await ConsoleSession.attach(world.machines.console(id), { fromByte: 0 });
    await logIn(session, microLogin, { timeoutMs: bootMs });
    await session.line("sleep 5; dd if=/dev/urandom of=/root/big bs=1M count=40 conv=fsync; echo wrote-$?");
    const filler = await fillUp();
    await expect
      .poll(() => world.machines.view(id), { timeout: soonMs })
      .toMatchObject({ power: "paused", lastError: { code: "disk-full" } });
    await rm(filler);
    await session.waitFor("wrote-0", { timeoutMs: soonMs });
    expect(world.machines.view(id)).toMatchObject({ power: "running", lastError: null });
  });

  it("gets no half checkpoint and no half memory: the guest goes on as it was", async () => {
    const id = await world.blank();
    await world.machines.start(id);
    await world.write(id, 0, 1);
    const filler = await fillUp();
    const checkpoint = world.machines.createCheckpoint(id, newCheckpoint());
    await expect(checkpoint).rejects.toMatchObject({ code: "disk-full" });
    expect(world.machines.view(id)).toMatchObject({ power: "running", checkpoints: [] });
    await expect(world.machines.suspend(id)).rejects.toMatchObject({ code: "disk-full" });
    expect(await world.qmp(id, "query-status")).toMatchObject({ running: true });
    await world.machines.forceOff(id);
    await expect(world.machines.createCheckpoint(id, newCheckpoint())).rejects.toMatchObject({
      code: "disk-full",
    });
    expect(await world.checked(id)).toEqual(["disk.qcow2"]);
    await rm(filler);
    await rm(join(place, "1filler"), { force: true });
    await world.machines.start(id);
    const made = await world.machines.createCheckpoint(id, newCheckpoint());
    await world.write(id, 2, 3);
    await world.machines.forceOff(id);
    expect(await world.checked(id)).toEqual(["disk.qcow2", `layer-${made.id}.qcow2`].toSorted());
    expect(await world.holds(world.machines.diskPath(id), 0, 1)).toBe(true);
    expect(await world.holds(world.machines.diskPath(id), 2, 3)).toBe(true);
  });
});
