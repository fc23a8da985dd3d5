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

/** Makes a machine with a blank disk. Answers the id. */
export async function createMachineFolder(
  ports: Ports,
  input: z.output<typeof MachineCreateSchema>,
  id = newId(),
): Promise<string> {
  const { name, hardware, isoPath, install } = input;
  if (isoPath !== null) await assertUsableIso(isoPath);
  const installing = install?.mode === "direct";
  const record = { ...newRecord(ports, name), hardware, isoPath, install, installing };
  await fillMachineFolder(ports, id, record, async (folder) => {
    await createDisk(ports.processes, join(folder, "disk.qcow2"), hardware.diskSizeBytes);
  });
  return id;
}

/** A machine of its own: nobody else has this uuid and this network address. */
export const newRecord = (
  ports: Ports,
  name: string,
): Omit<MachineRecord, "hardware" | "isoPath" | "install" | "installing"> => ({
  version: 1,
  uuid: randomUUID(),
  name,
  createdAt: ports.clock.nowIso(),
  macAddress: `52:54:00:${randomBytes(3)
    .toString("hex")
    .replaceAll(/(..)(?=.)/g, "$1:")}`,
  notes: "",
  tags: [],
});

/**
 * Makes a machine's folder under a name that marks it as unfinished and gives it its own name at the end: there
 * is a whole machine or none. `fill` puts the disk into it.
 */
export async function fillMachineFolder(
  ports: Ports,
  id: string,
  record: MachineRecord,
  fill: (folder: string) => Promise<void>,
): Promise<void> {
  const root = machinesRoot(ports.directories.data);
  const unfinished = join(root, `${unfinishedPrefix}${process.pid}-${id}`);
  try {
    await mkdir(unfinished, { recursive: true });
    await fill(unfinished);
    await writeFile(join(unfinished, "transcript.log"), "");
    await writeJson(join(unfinished, "machine.json"), record);
    await rename(unfinished, join(root, id));
    await syncDirectory(root);
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
