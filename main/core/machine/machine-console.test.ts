import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Gathering } from "#core/console/gather.ts";
import { AppError } from "#core/lib/app-error.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { openMachineConsole } from "./machine-console.ts";
import { machineFolder } from "./machine-folder.ts";

let home: string;
beforeEach(async () => void (home = await mkdtemp(join(tmpdir(), "gs-console-"))));
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(home, { recursive: true });
});

it("shows what comes after a key for every frame, to all who read this console", async () => {
  const pause = vi.spyOn(Gathering.prototype, "pause");
  const typed = vi.spyOn(Gathering.prototype, "typed");
  const folder = machineFolder(home, "m1");
  await mkdir(dirname(folder.transcript), { recursive: true });
  await writeFile(folder.transcript, "login: ");
  const off = (): never => {
    throw new AppError("machine-not-running", "It is off");
  };
  const machine = { folder, running: off, control: off };
  const reading = new AbortController();
  const opened = openMachineConsole(machine, await createNodePorts({ home }), reading.signal);

  const readers = [1, 2].map(async () => {
    for await (const _ of opened.console.read(0, reading.signal));
  });
  await vi.waitFor(() => expect(pause).toHaveBeenCalledTimes(2));
  await expect(opened.console.write("x")).rejects.toMatchObject({ code: "machine-not-running" });
  const heard = typed.mock.contexts[0];
  expect(heard).toBeInstanceOf(Gathering);
  for (const waiting of pause.mock.contexts) expect(waiting).toBe(heard);

  reading.abort();
  await Promise.all(readers);
  await opened.close();
});
