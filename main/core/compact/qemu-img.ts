import { availableParallelism } from "node:os";
import type { ImageFormat } from "#contract/facts.ts";
import { blockNode } from "#core/image/source/block-node.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Processes } from "#ports/processes.ts";

export interface QemuImgOptions {
  processes: Processes;
  signal: AbortSignal;
  /** Part done, 0 to 1. */
  onFraction: (fraction: number) => void;
}

export interface DiskFile {
  readonly path: string;
  readonly format: ImageFormat;
  /** A machine's disk in layers, as one node; absent: the file is all of it. */
  readonly node?: string;
}

const nodeOf = ({ node, path, format }: DiskFile): string => node ?? blockNode(path, format);

/**
 * Writes a qcow2 with zlib-compressed clusters. `-W` lets the coroutines of `-m` write out of order; without it
 * they wait for each other and `-m` gains nothing (measured: 11.8 s without, 6.7 s with, on two cores).
 */
export async function convertToQcow2(
  source: DiskFile,
  targetPath: string,
  options: QemuImgOptions,
): Promise<void> {
  const coroutines = String(Math.min(16, 2 * availableParallelism()));
  await qemuImg(
    ["convert", "-p", "-c", "-W", "-m", coroutines, "-O", "qcow2", "-o", "compression_type=zlib"],
    [nodeOf(source), targetPath],
    source.path,
    options,
  );
}

/** Throws `verify-failed` when QEMU finds the file inconsistent. */
export async function checkQcow2(path: string, options: QemuImgOptions): Promise<void> {
  const result = await qemuImg(["check"], [blockNode(path, "qcow2")], path, options, [2, 3]);
  if (result.code !== 0) {
    throw new AppError("verify-failed", "The compacted file does not pass qemu-img check", {
      retry: "now",
      details: { stderr: result.stderr, stdout: result.stdout.slice(-2000) },
    });
  }
}

/** Compares what a guest sees, byte by byte. Throws `verify-failed` when anything differs. */
export async function compareDisks(a: DiskFile, b: DiskFile, options: QemuImgOptions): Promise<void> {
  const nodes = [nodeOf(a), nodeOf(b)];
  const result = await qemuImg(["compare", "-p"], nodes, a.path, options, [1]);
  if (result.code !== 0) {
    throw new AppError("verify-failed", "The compacted image differs from its source", {
      hint: "The source changed meanwhile, or the disk is failing. Nothing was kept; try again.",
      retry: "now",
      details: { stdout: result.stdout.slice(-2000) },
    });
  }
}

/** `answers`: exit codes that are an answer and no failure. */
async function qemuImg(
  call: readonly string[],
  nodes: readonly string[],
  path: string,
  { processes, signal, onFraction }: QemuImgOptions,
  answers: readonly number[] = [],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const argv = ["qemu-img", ...call, ...nodes];
  const result = await processes.run(argv, {
    signal,
    allowFailure: true,
    inheritEnvironment: false,
    onStdout: (text) => {
      const fraction = lastFraction(text);
      if (fraction !== null) onFraction(fraction);
    },
  });
  if (result.code === 0 || (result.code !== null && answers.includes(result.code))) return result;
  throw inWords(argv, path, result);
}

/** `-p` prints `    (12.34/100%)` with carriage returns between. */
export function lastFraction(text: string): number | null {
  const last = [...text.matchAll(/\((\d+\.\d+)\/100%\)/g)].at(-1)?.[1];
  return last === undefined ? null : Math.min(1, Number(last) / 100);
}

function inWords(
  argv: readonly string[],
  path: string,
  result: { code: number | null; stderr: string },
): AppError {
  const details = { argv: [...argv], exitCode: result.code, stderr: result.stderr };
  const lastLine = result.stderr.trim().split("\n").at(-1) ?? "";
  if (/no space left on device|quota exceeded/i.test(result.stderr)) {
    return new AppError("disk-full", "The disk filled up while the image was written", {
      retry: "now",
      details,
    });
  }
  if (/failed to get .*lock/i.test(result.stderr)) {
    return new AppError("image-in-use", `${path} is in use by another program`, { retry: "later", details });
  }
  return new AppError("tool-failed", `qemu-img ${argv[1] ?? ""} failed: ${lastLine}`, {
    retry: "now",
    details,
  });
}
