import { join } from "node:path";
import { z } from "zod";
import { ProviderIdSchema, type ProviderId } from "#contract/finding.ts";
import { AppError } from "#core/lib/app-error.ts";
import { readJson, writeFileAtomic, writeJson } from "#core/library/json-file.ts";
import type { Ports } from "#ports/ports.ts";
import type { Emulator, StartEmulator } from "#providers/emulation/emulator.ts";
import { emulators } from "#providers/emulators.ts";
import { startPracticeS3 } from "#staging/practice/practice-s3.ts";
import { practiceFaults } from "./practice-faults.ts";
import type { PracticeKeys } from "./practice-keys.ts";

const PortSchema = z.number().int().min(1).max(65_535);

/** `<data>/practice/ports.json`: where the servers listened last; taken again while they are free. */
const PortsFileSchema = z.object({
  version: z.literal(2),
  s3: PortSchema,
  apis: z.partialRecord(ProviderIdSchema, PortSchema),
});
export type PracticePorts = Pick<z.infer<typeof PortsFileSchema>, "s3" | "apis">;

export interface PracticeServers {
  readonly numbers: PracticePorts;
  /** What opens the account at each emulator, secrets among it. */
  readonly fields: Partial<Record<ProviderId, Emulator["fields"]>>;
  close(): Promise<void>;
}

const portsPath = (folder: string): string => join(folder, "ports.json");

/** null: none are known, or the note is damaged or of an earlier version; then others are taken. */
export const readPorts = (folder: string): Promise<PracticePorts | null> =>
  readJson(portsPath(folder), PortsFileSchema, 2).catch(() => null);

export async function startServers(options: {
  ports: Ports;
  folder: string;
  keys: PracticeKeys;
  bucket: string;
  paceMs: number | undefined;
}): Promise<PracticeServers> {
  const { ports, folder, keys, bucket, paceMs } = options;
  const remembered = await readPorts(folder);
  const { accessKeyId, secretAccessKey, token } = keys;
  const open: { close(): Promise<void> }[] = [];
  const close = async (): Promise<void> => {
    for (const each of open.splice(0).toReversed()) await each.close();
  };
  const startOne = async (provider: ProviderId, start: StartEmulator) => {
    const emulator = await onPort(remembered?.apis[provider], (port) =>
      start({
        folder: join(folder, provider),
        port,
        secret: token,
        processes: ports.processes,
        clock: ports.clock,
        writeFileAtomic,
        faults: practiceFaults(folder, provider),
        ...(paceMs === undefined ? {} : { paceMs }),
      }),
    );
    open.push(emulator);
    return { provider, emulator };
  };
  try {
    const s3 = await onPort(remembered?.s3, (port) =>
      startPracticeS3({ folder: join(folder, "s3"), port, accessKeyId, secretAccessKey, buckets: [bucket] }),
    );
    open.push(s3);
    const entries = Object.entries(emulators) as [ProviderId, StartEmulator][];
    const started = await Promise.allSettled(entries.map(([provider, start]) => startOne(provider, start)));
    const running = started.map((each) => {
      if (each.status === "rejected") throw AppError.from(each.reason);
      return each.value;
    });
    const numbers: PracticePorts = {
      s3: portOf(s3.endpoint),
      apis: Object.fromEntries(running.map(({ provider, emulator }) => [provider, portOf(emulator.apiBase)])),
    };
    await writeJson(portsPath(folder), { version: 2, ...numbers });
    const fields = Object.fromEntries(running.map(({ provider, emulator }) => [provider, emulator.fields]));
    return { numbers, fields, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const portOf = (address: string): number => Number(new URL(address).port);

async function onPort<T>(remembered: number | undefined, start: (port: number) => Promise<T>): Promise<T> {
  try {
    return await start(remembered ?? 0);
  } catch (error) {
    if (remembered === undefined || AppError.from(error).code !== "port-in-use") throw error;
    return start(0);
  }
}
