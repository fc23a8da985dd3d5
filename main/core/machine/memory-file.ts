import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { AcceleratorNameSchema, HardwareSchema } from "#contract/machine.ts";
import { AppError } from "#core/lib/app-error.ts";
import { syncFile } from "#core/layers/overlay.ts";
import type { QmpExecute } from "./qmp-client.ts";

/** `memory.json`, version 1: what a saved memory fits. Written when the memory is whole. */
export const MemoryRecordSchema = z.object({
  version: z.literal(1),
  hardware: HardwareSchema,
  /** With its version (`pc-q35-7.2`): a later QEMU then still offers the same board. */
  machineType: z.string().regex(/^[a-z0-9.-]{1,60}$/),
  accelerator: AcceleratorNameSchema,
  savedAt: z.iso.datetime(),
});
export type MemoryRecord = z.infer<typeof MemoryRecordSchema>;

const MigrationSchema = z.object({
  status: z.string().optional(),
  "error-desc": z.string().optional(),
  ram: z.object({ transferred: z.number(), remaining: z.number(), total: z.number() }).optional(),
});

const lookMs = 50;
/** Nothing is on a network here: as fast as the host's disk. */
const unlimitedBytesPerSecond = 1024 ** 4;

interface SaveOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/**
 * Writes the memory of a guest that is stopped into a file. QEMU may start no program and 7.2 knows no `file:`, so
 * it sends to a socket on which we listen. The file appears when it is whole. Throws `disk-full`, `tool-failed`,
 * `cancelled`; the guest is as before then (stopped).
 */
export async function saveMemory(
  execute: QmpExecute,
  path: string,
  socketPath: string,
  { signal, onProgress }: SaveOptions = {},
): Promise<void> {
  const partial = `${path}.partial`;
  await rm(socketPath, { force: true });
  const received = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    server.close();
    pipeline(socket, createWriteStream(partial, { mode: 0o600 })).then(received.resolve, received.reject);
  });
  received.promise.catch(() => {}); // awaited below
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socketPath, resolve);
  });
  try {
    await execute("migrate-set-parameters", { "max-bandwidth": unlimitedBytesPerSecond });
    await execute("migrate", { uri: `unix:${socketPath}` });
    await migrated(execute, signal, onProgress);
    await received.promise;
    await syncFile(partial);
    await rename(partial, path);
  } catch (error) {
    await execute("migrate_cancel").catch(() => {});
    await rm(partial, { force: true });
    received.reject(error); // unless it is known why the file could not be written: that says more
    throw await received.promise.then(
      () => AppError.from(error),
      (cause: unknown) => AppError.from(cause),
    );
  } finally {
    server.close();
    await rm(socketPath, { force: true });
  }
}

async function migrated(
  execute: QmpExecute,
  signal?: AbortSignal,
  onProgress?: SaveOptions["onProgress"],
): Promise<void> {
  for (;;) {
    if (signal?.aborted === true) throw new AppError("cancelled", "Cancelled");
    const { status, ram, ...rest } = MigrationSchema.parse(await execute("query-migrate"));
    if (ram !== undefined) onProgress?.(ram.total - ram.remaining, ram.total);
    if (status === "completed") return;
    if (status === "failed" || status === "cancelled") {
      throw new AppError("tool-failed", `The memory could not be moved: ${rest["error-desc"] ?? status}`, {
        retry: "now",
      });
    }
    await sleep(lookMs);
  }
}

/**
 * Gives a QEMU that waits (`-incoming defer`) the memory from a file; the guest is stopped then, where it was when
 * it was saved. Throws `tool-failed` (it does not fit), `machine-not-running` (QEMU gave up over it).
 */
export async function loadMemory(
  execute: QmpExecute,
  path: string,
  socketPath: string,
  options: SaveOptions = {},
): Promise<void> {
  await stat(path).catch((error: unknown) => {
    throw AppError.from(error);
  });
  await rm(socketPath, { force: true });
  await execute("migrate-incoming", { uri: `unix:${socketPath}` });
  const socket = connect(socketPath);
  socket.resume();
  const sent = pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), socket);
  sent.catch(() => {}); // QEMU tells why below
  try {
    await migrated(execute, options.signal, options.onProgress);
  } finally {
    destroy(socket);
    await sent.catch(() => {});
    await rm(socketPath, { force: true });
  }
}

const destroy = (socket: Socket): void => void socket.destroy();
