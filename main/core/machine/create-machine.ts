import { randomBytes, randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { z } from "zod";
import type { MachineCreateSchema } from "#contract/machine.ts";
import { AppError } from "#core/lib/app-error.ts";
import { syncDirectory, writeJson } from "#core/library/json-file.ts";
import { newId } from "#core/library/new-id.ts";
import type { Ports } from "#ports/ports.ts";
import { createDisk } from "./disk-file.ts";
import { machinesRoot } from "./machine-folder.ts";
import type { MachineRecord } from "./machine-record.ts";
import { assertIso } from "./prepare-run.ts";

/**
 * Makes a machine's folder under a name that marks it as unfinished and gives it its own name at the end: there
 * is a whole machine or none. Answers the id.
 */
export async function createMachineFolder(
  ports: Ports,
  input: z.output<typeof MachineCreateSchema>,
  id = newId(),
): Promise<string> {
  if (input.isoPath !== null) await assertUsableIso(input.isoPath);
  const root = machinesRoot(ports.directories.data);
  const unfinished = join(root, `${unfinishedPrefix}${process.pid}-${id}`);
  const record: MachineRecord = {
    version: 1,
    uuid: randomUUID(),
    name: input.name,
    createdAt: ports.clock.nowIso(),
    hardware: input.hardware,
    macAddress: `52:54:00:${randomBytes(3)
      .toString("hex")
      .replaceAll(/(..)(?=.)/g, "$1:")}`,
    isoPath: input.isoPath,
    notes: "",
    tags: [],
    install: input.install,
    installing: input.install?.mode === "direct",
  };
  try {
    await mkdir(unfinished, { recursive: true });
    await createDisk(ports.processes, join(unfinished, "disk.qcow2"), input.hardware.diskSizeBytes);
    await writeFile(join(unfinished, "transcript.log"), "");
    await writeJson(join(unfinished, "machine.json"), record);
    await rename(unfinished, join(root, id));
    await syncDirectory(root);
    return id;
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw AppError.from(error);
  }
}

export async function assertUsableIso(path: string): Promise<void> {
  if (!isAbsolute(path)) {
    throw new AppError("bad-input", `${path} is not an absolute path`, {
      hint: "Give the whole path of the ISO.",
    });
  }
  await assertIso(path);
}

const unfinishedPrefix = ".new-";

/** What processes that were killed while they made a machine have left. */
export async function removeUnfinished(ports: Ports): Promise<void> {
  const root = machinesRoot(ports.directories.data);
  for (const name of await readdir(root)) {
    const pid = /^\.new-(\d+)-/.exec(name)?.[1];
    if (pid === undefined || (await ports.processes.identify(Number(pid))) !== null) continue;
    await rm(join(root, name), { recursive: true, force: true });
  }
}
