import { parentPort, workerData } from "node:worker_threads";
import { AppError } from "#core/lib/app-error.ts";
import { unpackArchive } from "./unpack-archive.ts";
import type { ThreadReport, ThreadTask } from "./run-unpacking.ts";

/** The thread's program: unpacks what it was started with, tells how far it is, and ends. */
async function work(port: NonNullable<typeof parentPort>): Promise<void> {
  const stop = new AbortController();
  port.once("message", () => stop.abort());
  const say = (report: ThreadReport): void => port.postMessage(report);
  try {
    const task = workerData as ThreadTask;
    const unpackedBytes = await unpackArchive(task, {
      signal: stop.signal,
      onProgress: (packedBytes) => say({ kind: "progress", packedBytes }),
    });
    say({ kind: "done", unpackedBytes });
  } catch (error) {
    say({ kind: "failed", error: AppError.from(error).toWire() });
  } finally {
    port.close();
  }
}

if (parentPort !== null) await work(parentPort);
