import { access } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { WireError } from "#contract/errors.ts";
import { AppError } from "#core/lib/app-error.ts";
import { unpackArchive, type UnpackTask } from "./unpack-archive.ts";

export type ThreadTask = UnpackTask;
export type ThreadReport =
  | { readonly kind: "progress"; readonly packedBytes: number }
  | { readonly kind: "done"; readonly unpackedBytes: number }
  | { readonly kind: "failed"; readonly error: WireError };

type UnpackOptions = Parameters<typeof unpackArchive>[1];

/** Beside this file in the sources; beside the bundle, or above its folder of chunks, when built. */
const programs = import.meta.url.endsWith(".ts")
  ? ["./unpack-thread.ts"]
  : ["./unpack-thread.js", "../unpack-thread.js"];

/** Of the thread's own objects; buffers and windows are outside of the heap. */
const heapLimits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 64 };

/** Unpacks in a thread of its own. Settles only when nothing of it uses the task's descriptor any more. */
export async function runUnpacking(task: UnpackTask, options: UnpackOptions): Promise<number> {
  const program = await findProgram();
  return program === null ? unpackArchive(task, options) : inThread(program, task, options);
}

async function findProgram(): Promise<URL | null> {
  for (const program of programs) {
    const url = new URL(program, import.meta.url);
    try {
      await access(fileURLToPath(url));
      return url;
    } catch {
      // the next place
    }
  }
  return null;
}

async function inThread(program: URL, task: UnpackTask, options: UnpackOptions): Promise<number> {
  const worker = new Worker(program, { workerData: task, resourceLimits: heapLimits });
  const onAbort = (): void => worker.postMessage("stop");
  options.signal.addEventListener("abort", onAbort, { once: true });
  if (options.signal.aborted) onAbort();
  let end: ThreadReport | null = null;
  let crash: unknown = null;
  worker.on("message", (report: ThreadReport) => {
    if (report.kind === "progress") options.onProgress(report.packedBytes);
    else end = report;
  });
  worker.on("error", (error) => (crash = error));
  await new Promise<void>((resolve) => worker.once("exit", () => resolve()));
  options.signal.removeEventListener("abort", onAbort);
  return outcome(end, crash);
}

function outcome(end: ThreadReport | null, crash: unknown): number {
  if (end?.kind === "done") return end.unpackedBytes;
  if (end?.kind === "failed") throw AppError.fromWire(end.error);
  throw AppError.from(crash ?? new Error("The thread that unpacks ended early"));
}
