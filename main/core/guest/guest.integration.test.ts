import { randomBytes } from "node:crypto";
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { userInfo } from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MachineCreateSchema } from "#contract/machine.ts";
import { ConsoleSession } from "#core/console/console-session.ts";
import { logIn } from "#core/console/login.ts";
import { createMachines } from "#core/machine/machines.ts";
import { StateStore } from "#core/state-store.ts";
import { microImage, microLogin } from "#e2e/fixtures/fixtures.ts";
import type { Ports } from "#ports/ports.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { createGuestAccess, type GuestAccess } from "./guest-access.ts";
import { startSshd } from "./testing/real-sshd.ts";

const { signal } = new AbortController();
let home: string;
let ports: Ports;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "gs-ssh-"));
  ports = await createNodePorts({ home });
});
afterEach(async () => {
  await rm(home, { recursive: true });
  await rm(ports.directories.runtime, { recursive: true, force: true });
});

/** The key comes into the server's list as an unattended installation would bring it. */
async function accessTo(port: number, serverHome: string): Promise<GuestAccess> {
  const guest = createGuestAccess({
    ports,
    machines: { view: () => ({ name: "m", sshPort: port }) as never },
    folder: home,
  });
  await writeFile(join(serverHome, ".ssh/authorized_keys"), `${await guest.publicKey("m1")}\n`);
  await guest.setUsername("m1", userInfo().username);
  return guest;
}
const quiet = { signal, onProgress: () => {}, onMessage: () => {} };

describe("Debian's sshd", () => {
  it("runs scripts with their streams as they come, exit codes, limits and cancelling", async () => {
    await using server = await startSshd(home);
    const guest = await accessTo(server.port, server.home);
    const pieces: string[] = [];
    const script = "echo one; cat; echo 'it''s two' >&2; sleep 0.3; echo three; exit 7";
    const result = await guest.run("m1", script, { signal, onOutput: (text) => pieces.push(text) });
    expect(result).toEqual({ exitCode: 7, stdout: "one\nthree\n", stderr: "its two\n" });
    expect(pieces.length).toBeGreaterThan(1);
    expect(await guest.run("m1", "kill -9 $$", { signal })).toMatchObject({ exitCode: expect.any(Number) });
    await expect(guest.run("m1", "sleep 30", { signal, timeoutMs: 200 })).rejects.toMatchObject({
      code: "timeout",
    });
    const stop = new AbortController();
    const running = guest.run("m1", "sleep 30", { signal: stop.signal });
    setTimeout(() => stop.abort(), 200);
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
  });

  it("takes and gives files and folders whole, goes on where a copy broke, and mends a wrong part", async () => {
    await using server = await startSshd(home);
    const guest = await accessTo(server.port, server.home);
    const content = randomBytes(3_000_000);
    const source = join(home, "tree");
    await mkdir(join(source, "a b"), { recursive: true });
    await writeFile(join(source, "a b", "it's.bin"), content);
    await writeFile(join(source, "tool.sh"), "#!/bin/sh\n");
    await chmod(join(source, "tool.sh"), 0o755);
    await writeFile(join(source, "empty"), "");
    const target = join(server.home, "to here");
    await mkdir(join(target, "tree/a b"), { recursive: true });
    await writeFile(join(target, "tree/a b/it's.bin.part"), content.subarray(0, 1_000_000));
    const seen: number[] = [];
    const options = { ...quiet, onProgress: (done: number) => void seen.push(done) };
    expect(await guest.upload("m1", [source], target, options)).toEqual({ files: 3, bytes: 3_000_010 });
    expect((await readFile(join(target, "tree/a b/it's.bin"))).equals(content)).toBe(true);
    expect((await stat(join(target, "tree/tool.sh"))).mode & 0o777).toBe(0o755);
    expect(await readdir(join(target, "tree"))).toEqual(["a b", "empty", "tool.sh"]);
    expect(seen.filter((done) => done > 0)[0]).toBeGreaterThanOrEqual(1_000_000);

    const back = join(home, "back");
    await mkdir(join(back, "tree/a b"), { recursive: true });
    await writeFile(join(back, "tree/a b/it's.bin.part"), "not the beginning of it");
    expect(await guest.download("m1", join(target, "tree"), back, quiet)).toMatchObject({ files: 3 });
    expect((await readFile(join(back, "tree/a b/it's.bin"))).equals(content)).toBe(true);
    await guest.download("m1", join(target, "tree/empty"), join(home, "one"), quiet);
    expect(await readdir(join(home, "one"))).toEqual(["empty"]);
    await expect(guest.download("m1", "/nowhere/x", back, quiet)).rejects.toMatchObject({
      code: "tool-failed",
    });
    await expect(guest.upload("m1", [source], "/dev/null/x", quiet)).rejects.toMatchObject({
      code: "tool-failed",
    });
  });
});

describe("the micro guest", () => {
  it("is entered with the machine's key, and no more after it was removed", async () => {
    const machines = createMachines({
      ports,
      store: new StateStore(),
      accelerator: () => Promise.resolve("tcg"),
      firmware: () => Promise.resolve({ uefiCode: null, uefiVars: null }),
    });
    await machines.load();
    const id = await machines.create(
      MachineCreateSchema.parse({
        name: "micro",
        hardware: { memoryBytes: 256 * 1024 ** 2, diskSizeBytes: 1024 ** 3 },
      }),
    );
    try {
      await copyFile(await microImage(), machines.diskPath(id));
      await machines.start(id);
      const guest = createGuestAccess({
        ports,
        machines,
        folder: join(home, "guests"),
      });
      await using session = await ConsoleSession.attach(machines.console(id), { fromByte: 0 });
      await logIn(session, microLogin, { timeoutMs: 180_000 });
      await session.lineSeen(`echo '${await guest.publicKey(id)}' > .ssh/authorized_keys`);
      await session.waitForPrompt("#", { timeoutMs: 60_000 });
      await guest.setUsername(id, "root");
      expect(await guest.run(id, "hostname", { signal })).toMatchObject({ exitCode: 0, stdout: "micro\n" });
      const file = join(home, "file");
      await writeFile(file, randomBytes(100_000));
      await guest.upload(id, [file], "/srv", quiet);
      await guest.removeKey(id, signal);
      await expect(guest.run(id, "true", { signal })).rejects.toMatchObject({ code: "not-found" });
      await session.lineSeen("ls -a .ssh /srv");
      expect((await session.waitFor(/\n([^#]*)# /, { timeoutMs: 60_000 }))[1]).not.toContain(
        "authorized_keys",
      );
    } finally {
      await machines.forceOff(id);
      await machines.close();
    }
  });
});
