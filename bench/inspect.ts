import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { identifyFile } from "#core/image/identify-file.ts";
import { inspectImage } from "#core/image/inspect-image.ts";
import { judge } from "#core/check/judge.ts";
import { microImage } from "#e2e/fixtures/fixtures.ts";
import { profiles } from "#providers/profiles.ts";
import { nodeProcesses } from "#system/node-processes.ts";

/**
 * `node bench/inspect.ts [image…]`: facts and verdicts for every provider, first call and warm, beside
 * virt-inspector on the same file (where libguestfs is installed) and, as the bar that no inspector gets under,
 * five files by debugfs straight from the raw bytes of the root partition. Without an image: the micro guest.
 */
const execute = promisify(execFile);
const warmRuns = 15;
const folder = await mkdtemp(join(tmpdir(), "goldsmith-bench-"));
const directories = { data: folder, cache: folder, runtime: folder, resources: folder };
const ports = { processes: nodeProcesses, directories };
const fiveFiles = [
  "/etc/os-release",
  "/etc/cloud/cloud.cfg",
  "/etc/hostname",
  "/etc/machine-id",
  "/etc/fstab",
];

try {
  const given = process.argv.slice(2);
  for (const path of given.length > 0 ? given : [await microImage()]) await measure(path);
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(path: string): Promise<void> {
  const { variant, fileBytes, virtualBytes } = await identifyFile(path);
  const MiB = 1024 ** 2;
  console.log(
    `${basename(path)}: ${variant}, ${Math.round(fileBytes / MiB)} of ${Math.round(virtualBytes / MiB)} MiB`,
  );
  const first = await inspectAndJudge(path);
  row("Goldsmith: inspect and judge, first call", first.elapsedMs, first.cpuMs);
  const warm = [];
  for (let run = 0; run < warmRuns; run++) warm.push(await inspectAndJudge(path));
  const sorted = warm.toSorted((a, b) => a.elapsedMs - b.elapsedMs);
  const [fastest, median, slowest] = [sorted[0], sorted[Math.floor(warmRuns / 2)], sorted.at(-1)];
  if (fastest !== undefined) row("  warm, fastest", fastest.elapsedMs, fastest.cpuMs);
  if (median !== undefined) row(`  warm, median of ${warmRuns}`, median.elapsedMs, median.cpuMs);
  if (slowest !== undefined) row("  warm, slowest", slowest.elapsedMs, slowest.cpuMs);
  console.log(`  peak memory of this process ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`);
  await measureDebugfs(path);
  await measureVirtInspector(path);
}

async function inspectAndJudge(path: string): Promise<{ elapsedMs: number; cpuMs: number }> {
  const startedMs = performance.now();
  const before = process.cpuUsage();
  const facts = await inspectImage(path, { ports });
  for (const profile of Object.values(profiles)) judge(facts, profile);
  const { user, system } = process.cpuUsage(before);
  return { elapsedMs: performance.now() - startedMs, cpuMs: (user + system) / 1000 };
}

/** The raw copy is made before the clock starts: debugfs reads no other format. */
async function measureDebugfs(path: string): Promise<void> {
  const facts = await inspectImage(path, { ports });
  const root = facts.partitions.find((partition) => partition.number === facts.rootPartition);
  const debugfs = await nodeProcesses.find("debugfs");
  if (root === undefined || debugfs === null || root.filesystem?.type.startsWith("ext") !== true) {
    console.log("debugfs: not installed, or the root is not ext");
    return;
  }
  const raw = join(folder, "raw");
  await execute("qemu-img", ["convert", "-O", "raw", path, raw]);
  const times: number[] = [];
  for (let run = 0; run < warmRuns; run++) {
    const startedMs = performance.now();
    for (const file of fiveFiles)
      await execute(debugfs, ["-R", `cat ${file}`, `${raw}?offset=${root.startByte}`]);
    times.push(performance.now() - startedMs);
  }
  row(
    "limit: five files by debugfs, raw, median",
    times.toSorted((a, b) => a - b)[Math.floor(warmRuns / 2)] ?? 0,
  );
  await rm(raw);
}

async function measureVirtInspector(path: string): Promise<void> {
  const program = await nodeProcesses.find("virt-inspector");
  if (program === null) {
    console.log("peer: virt-inspector is not installed (Debian: libguestfs-tools)");
    return;
  }
  const backend = { LIBGUESTFS_BACKEND: "direct", LIBGUESTFS_BACKEND_SETTINGS: "force_tcg" };
  const startedMs = performance.now();
  await execute(program, ["--no-icon", "-a", path], {
    env: { ...process.env, ...backend },
    maxBuffer: 64 * 1024 ** 2,
  });
  row("peer: virt-inspector", performance.now() - startedMs);
}

function row(name: string, elapsedMs: number, cpuMs?: number): void {
  const cpu = cpuMs === undefined ? "" : `   cpu ${cpuMs.toFixed(0).padStart(5)} ms`;
  console.log(`${name.padEnd(45)} ${elapsedMs.toFixed(0).padStart(6)} ms${cpu}`);
}
