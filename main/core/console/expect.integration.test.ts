import { spawn } from "node:child_process";
import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MachineCreateSchema } from "#contract/machine.ts";
import { createMachines, type Machines } from "#core/machine/machines.ts";
import { StateStore } from "#core/state-store.ts";
import { debianInstallerIso, microImage, microLogin } from "#e2e/fixtures/fixtures.ts";
import type { Ports } from "#ports/ports.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { choose } from "./choose.ts";
import { ConsoleSession } from "./console-session.ts";
import { logIn } from "./login.ts";

const MiB = 1024 * 1024;
const boot = { timeoutMs: 180_000 };
const soon = { timeoutMs: 90_000 };

let home: string;
let ports: Ports;
let machines: Machines;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "gs-expect-"));
  ports = await createNodePorts({ home });
  machines = createMachines({
    ports,
    store: new StateStore(),
    accelerator: () => Promise.resolve("tcg"),
    firmware: () => Promise.resolve({ uefiCode: null, uefiVars: null }),
  });
  await machines.load();
});
afterAll(async () => {
  for (const id of await readdir(join(home, "data", "machines"))) await machines.forceOff(id);
  await machines.close();
  await rm(home, { recursive: true });
  await rm(ports.directories.runtime, { recursive: true, force: true });
});

const machine = async (memoryMiB: number, isoPath: string | null): Promise<string> =>
  machines.create(
    MachineCreateSchema.parse({
      name: "expected",
      isoPath,
      hardware: { memoryBytes: memoryMiB * MiB, diskSizeBytes: 1024 * MiB },
    }),
  );

/** Both cores busy with something else until the answered function is called. */
async function load(): Promise<() => Promise<void>> {
  const stress = spawn("stress-ng", ["--cpu", "2", "--io", "1", "--timeout", "300", "--quiet"], {
    stdio: "ignore",
  });
  const ended = new Promise<void>((resolve) => stress.once("exit", () => resolve()));
  await new Promise((resolve, reject) => {
    stress.once("spawn", resolve);
    stress.once("error", reject);
  });
  return async () => {
    stress.kill("SIGTERM");
    await ended;
  };
}

describe("typing at a guest on a busy computer", () => {
  it("loses and repeats no keystroke in 50 logins and 50 long lines", { timeout: 400_000 }, async () => {
    const id = await machine(256, null);
    await copyFile(await microImage(), machines.diskPath(id));
    await machines.start(id);
    await using session = await ConsoleSession.attach(machines.console(id), { fromByte: 0 });
    await session.waitForPrompt("login:", boot);
    const relieve = await load();
    try {
      for (let round = 1; round <= 50; round += 1) {
        await logIn(session, microLogin, soon);
        const words = `${round}-abcdefghijklmnopqrstuvwxyz-0123456789-the quick brown fox jumps over-${round}`;
        await session.lineSeen(`echo "<${words}>"`);
        const said = await session.waitFor(/<([^>]*)>/, soon);
        expect(said[1]).toBe(words);
        await session.waitForPrompt("#", soon);
        await session.lineSeen("exit");
      }
      await session.waitForPrompt("login:", soon);
      const wrong = logIn(session, { ...microLogin, password: "wrong" }, soon);
      await expect(wrong).rejects.toMatchObject({ code: "unauthorized" });
    } finally {
      await relieve();
    }
    await machines.forceOff(id);
  });
});

describe("the real Debian Installer", () => {
  it(
    "is started from its boot menu and led through its first dialogs by what it shows",
    { timeout: 400_000 },
    async () => {
      const id = await machine(1536, await debianInstallerIso());
      await machines.start(id);
      await using session = await ConsoleSession.attach(machines.console(id), {
        fromByte: 0,
        answerQueries: true,
      });
      await choose(session, "Install", { ...boot, within: "GNU GRUB" });
      await choose(session, "English", { ...boot, within: "Select a language" });
      await choose(session, "United Kingdom", { ...soon, within: "Country, territory or area" });
      await choose(session, "British English", { ...soon, within: "Keymap to use" });
      await session.waitUntil(
        "the dialog to be gone",
        (view) => (view.rows().some((row) => row.includes("Keymap")) ? null : true),
        soon,
      );
      await machines.forceOff(id);
    },
  );
});
