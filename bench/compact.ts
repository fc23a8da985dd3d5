import { execFile } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { compactImage } from "#core/compact/compact-image.ts";
import { identifyFile } from "#core/image/identify-file.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { makeSampleImage } from "./sample-image.ts";

/**
 * `node bench/compact.ts [image]`: what compacting costs, beside qemu-img as most scripts call it. Ours is
 * qemu-img with `-m` and `-W` plus the proof (check and compare); a compressor of our own is not worth it while
 * those two lines are so close to each other.
 */
const execute = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), "goldsmith-bench-"));
try {
  const given = process.argv[2];
  const source = given ?? (await makeSampleImage(folder));
  const { format, virtualBytes } = await identifyFile(source);
  for await (const _ of createReadStream(source)); // warms the page cache, so that the first is no worse off
  const coroutines = String(Math.min(16, 2 * availableParallelism()));
  console.log(`${basename(source)}: ${format}, ${mebibytes((await stat(source)).blocks * 512)} on disk`);
  console.log(
    `${availableParallelism()} cores, ${(await execute("qemu-img", ["--version"])).stdout.split("\n")[0]}`,
  );
  const zlib = ["-c", "-o", "compression_type=zlib"];
  await row("qemu-img convert (no compression)", (target) => convert([], target));
  await row("qemu-img convert -c", (target) => convert(zlib, target));
  await row(`qemu-img convert -c -m ${coroutines}`, (target) => convert([...zlib, "-m", coroutines], target));
  await row(`qemu-img convert -c -m ${coroutines} -W`, (target) =>
    convert([...zlib, "-m", coroutines, "-W"], target),
  );
  const stages = new Map<string, number>();
  await row("Goldsmith: convert, check, compare", async (target) => {
    let sinceMs = performance.now();
    let stage = "convert";
    const until = (next: string): void => {
      const nowMs = performance.now();
      stages.set(stage, (stages.get(stage) ?? 0) + nowMs - sinceMs);
      [sinceMs, stage] = [nowMs, next];
    };
    const clock = { nowIso: () => "", nowMs: () => performance.now(), sleep: async () => {} };
    await compactImage(
      { path: source, format, virtualBytes },
      target,
      { ports: { processes: nodeProcesses, clock } },
      {
        signal: new AbortController().signal,
        onProgress: (progress) => progress.stage !== stage && until(progress.stage),
      },
    );
    until("");
  });
  for (const [stage, ms] of stages)
    console.log(`  of which ${stage.padEnd(36)} ${(ms / 1000).toFixed(1).padStart(6)} s`);

  async function convert(options: string[], target: string): Promise<void> {
    await execute("qemu-img", ["convert", "-f", format, "-O", "qcow2", ...options, source, target]);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function row(name: string, work: (target: string) => Promise<void>): Promise<void> {
  const target = join(folder, "target.qcow2");
  const startedMs = performance.now();
  await work(target);
  const seconds = (performance.now() - startedMs) / 1000;
  console.log(
    `${name.padEnd(45)} ${seconds.toFixed(1).padStart(6)} s  ${mebibytes((await stat(target)).size)}`,
  );
  await rm(target);
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1).padStart(7)} MiB`;
}
