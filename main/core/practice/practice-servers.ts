import { join } from "node:path";
import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import { readJson, writeFileAtomic, writeJson } from "#core/library/json-file.ts";
import type { Ports } from "#ports/ports.ts";
import { startDigitalOceanEmulator } from "#providers/digitalocean/emulator.ts";
import { startPracticeS3 } from "#staging/practice/practice-s3.ts";
import type { PracticeKeys } from "./practice-keys.ts";

/** `<data>/practice/ports.json`: where the servers listened last; taken again while they are free. */
const PortsFileSchema = z.object({
  version: z.literal(1),
  api: z.number().int().min(1).max(65_535),
  s3: z.number().int().min(1).max(65_535),
});
export type PracticePorts = Pick<z.infer<typeof PortsFileSchema>, "api" | "s3">;

export interface PracticeServers {
  readonly numbers: PracticePorts;
  close(): Promise<void>;
}

const portsPath = (folder: string): string => join(folder, "ports.json");

export const readPorts = (folder: string): Promise<PracticePorts | null> =>
  readJson(portsPath(folder), PortsFileSchema);

export async function startServers(options: {
  ports: Ports;
  folder: string;
  keys: PracticeKeys;
  bucket: string;
  paceMs: number | undefined;
}): Promise<PracticeServers> {
  const { ports, folder, keys, bucket, paceMs } = options;
  // A damaged note about ports is no reason to fail: others are taken.
  const remembered = await readPorts(folder).catch(() => null);
  const { accessKeyId, secretAccessKey, token } = keys;
  const s3 = await onPort(remembered?.s3, (port) =>
    startPracticeS3({ folder: join(folder, "s3"), port, accessKeyId, secretAccessKey, buckets: [bucket] }),
  );
  try {
    const api = await onPort(remembered?.api, (port) =>
      startDigitalOceanEmulator({
        folder: join(folder, "digitalocean"),
        port,
        secret: token,
        processes: ports.processes,
        clock: ports.clock,
        writeFileAtomic,
        ...(paceMs === undefined ? {} : { paceMs }),
      }),
    );
    const close = async (): Promise<void> => {
      await api.close();
      await s3.close();
    };
    try {
      const numbers = { api: portOf(api.apiBase), s3: portOf(s3.endpoint) };
      await writeJson(portsPath(folder), { version: 1, ...numbers });
      return { numbers, close };
    } catch (error) {
      await api.close();
      throw error;
    }
  } catch (error) {
    await s3.close();
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
