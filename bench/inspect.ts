import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { identifyFile } from "#core/image/identify-file.ts";
import { inspectImage } from "#core/image/inspect-image.ts";
import { debianCloudImage } from "#e2e/fixtures/fixtures.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import type { InspectFigures } from "./inspect-worker.ts";

/**
 * `node bench/inspect.ts [image…]`: facts and the verdicts of every provider. Each image in a warm core (first call
 * and the next fifteen) and as a cold command; the first image also beside virt-inspector (where libguestfs is
 * installed) and, as the bar that no inspector gets under, five files by debugfs straight from the raw bytes of the
 * root. Without an image: Debian 12 of 4 GiB on ext4, XFS, btrfs and LVM, as zlib qcow2 and streamOptimized VMDK, and
 * one of 40 GiB with 8 GiB used.
 */
const execute = promisify(execFile);
const root = new URL("..", import.meta.url).pathname;
const command = join(root, "out/main/cli.js");
const folder = await mkdtemp(join(tmpdir(), "goldsmith-bench-"));
const MiB = 1024 ** 2;
const warmRuns = 15;
const fiveFiles = [
  "/etc/os-release",
  "/etc/cloud/cloud.cfg",
  "/etc/hostname",
  "/etc/machine-id",
  "/etc/fstab",
];

try {
  const build = join(root, "node_modules/electron-vite/bin/electron-vite.js");
  await execute(process.execPath, [build, "build", "--logLevel", "error"], { cwd: root });
  const given = process.argv.slice(2);
  const images = given.length > 0 ? given : await usualImages();
  console.log(
    `${"".padEnd(44)}${["first", "fastest", "median", "slowest", "cpu", "block", "memory", "cold"].map((name) => name.padStart(9)).join("")}`,
  );
  let firstImage: { path: string; figures: InspectFigures; coldMs: number } | null = null;
  for (const path of images) {
    const { figures, coldMs } = await measure(path);
    firstImage ??= { path, figures, coldMs };
  }
  if (firstImage !== null) {
    await measureDebugfs(firstImage.path);
    await measureVirtInspector(firstImage.path, firstImage.figures.medianMs, firstImage.coldMs);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function usualImages(): Promise<string[]> {
  const ext4 = await debianCloudImage();
  const converted = async (name: string, ...args: string[]): Promise<string> => {
    const target = join(folder, name);
    await execute("qemu-img", ["convert", "-f", "qcow2", ...args, ext4, target]);
    return target;
  };
  return [
    ext4,
    await debianCloudImage("xfs"),
    await debianCloudImage("btrfs"),
    await debianCloudImage("lvm", "mbr"),
    await converted("ext4-zlib.qcow2", "-O", "qcow2", "-c"),
    await converted("ext4-stream.vmdk", "-O", "vmdk", "-o", "subformat=streamOptimized"),
    await largeImage(ext4),
  ];
}

/** 40 GiB with 8 GiB used: the same system with 120 files of 64 MiB beside it. Needs root rights for a loop device. */
async function largeImage(source: string): Promise<string> {
  const raw = join(folder, "large.raw");
  const top = join(folder, "large");
  await execute("qemu-img", ["convert", "-f", "qcow2", "-O", "raw", source, raw]);
  await execute("qemu-img", ["resize", "-q", "-f", "raw", raw, "40G"]);
  await execute("sgdisk", ["-e", "-d", "1", "-n", "1:75776:0", "-t", "1:8304", raw]);
  const { stdout } = await execute("losetup", ["-f", "--show", "-o", String(75_776 * 512), raw]);
  const device = stdout.trim();
  try {
    await execute("e2fsck", ["-fp", device]);
    await execute("resize2fs", [device]);
    await execute("mkdir", [top]);
    await execute("mount", [device, top]);
    try {
      const fill = "for i in $(seq 120); do head -c 67108864 /dev/urandom > var/lib/fill-$i; done";
      await execute("sh", ["-ec", fill], { cwd: top });
    } finally {
      await execute("umount", [top]);
    }
  } finally {
    await execute("losetup", ["-d", device]);
  }
  const target = join(folder, "ext4-40GiB.qcow2");
  await execute("qemu-img", ["convert", "-f", "raw", "-O", "qcow2", raw, target]);
  await rm(raw);
  return target;
}

async function measure(path: string): Promise<{ figures: InspectFigures; coldMs: number }> {
  const worker = join(root, "bench/inspect-worker.ts");
  const { stdout } = await execute(process.execPath, [worker, path, String(warmRuns)]);
  const figures = JSON.parse(stdout) as InspectFigures;
  const cold: number[] = [];
  for (let run = 0; run < 5; run++) {
    const startedMs = performance.now();
    await execute(process.execPath, [command, "check", path, "--json"], { maxBuffer: 64 * MiB }).catch(
      (error: { code?: number }) => {
        if (error.code !== 1) throw error; // 1: there are findings
      },
    );
    cold.push(performance.now() - startedMs);
  }
  const coldMs = median(cold);
  const { variant, fileBytes, virtualBytes } = await identifyFile(path);
  const { firstMs, fastestMs, medianMs, slowestMs, cpuMs, longestBlockMs, peakMemoryBytes } = figures;
  const times = [firstMs, fastestMs, medianMs, slowestMs, cpuMs, longestBlockMs];
  const cells = [
    ...times.map((ms) => `${ms.toFixed(0)} ms`),
    `${Math.round(peakMemoryBytes / MiB)} MiB`,
    `${coldMs.toFixed(0)} ms`,
  ];
  const name = basename(path)
    .replace(/-[0-9a-f]{12}/, "")
    .slice(0, 24);
  const size = `${variant} ${Math.round(fileBytes / MiB)}/${Math.round(virtualBytes / MiB)} MiB`;
  console.log(`${`${name} (${size})`.padEnd(44)}${cells.map((cell) => cell.padStart(9)).join("")}`);
  return { figures, coldMs };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** The raw copy is made before the clock starts: debugfs reads no other format. */
async function measureDebugfs(path: string): Promise<void> {
  const directories = { data: folder, cache: folder, runtime: folder, resources: folder };
  const facts = await inspectImage(path, { ports: { processes: nodeProcesses, directories } });
  const partition = facts.partitions.find(({ number }) => number === facts.rootPartition);
  const debugfs = await nodeProcesses.find("debugfs");
  if (partition === undefined || debugfs === null || partition.filesystem?.type.startsWith("ext") !== true) {
    console.log("limit: debugfs is not installed, or the root is not ext");
    return;
  }
  const raw = join(folder, "raw");
  await execute("qemu-img", ["convert", "-O", "raw", path, raw]);
  const times: number[] = [];
  for (let run = 0; run < warmRuns; run++) {
    const startedMs = performance.now();
    for (const file of fiveFiles)
      await execute(debugfs, ["-R", `cat ${file}`, `${raw}?offset=${partition.startByte}`]);
    times.push(performance.now() - startedMs);
  }
  console.log(`limit: five files by debugfs from a raw copy   ${median(times).toFixed(0)} ms`);
  await rm(raw);
}

async function measureVirtInspector(path: string, warmMs: number, coldMs: number): Promise<void> {
  const program = await nodeProcesses.find("virt-inspector");
  if (program === null) {
    console.log("peer: virt-inspector is not installed (Debian: libguestfs-tools)");
    return;
  }
  const backend = { LIBGUESTFS_BACKEND: "direct", LIBGUESTFS_BACKEND_SETTINGS: "force_tcg" };
  const inspect = async (): Promise<number> => {
    const startedMs = performance.now();
    await execute(program, ["--no-icon", "-a", path], {
      env: { ...process.env, ...backend },
      maxBuffer: 64 * MiB,
    });
    return performance.now() - startedMs;
  };
  await inspect(); // the first one builds its appliance
  const elapsedMs = await inspect();
  const times = (own: number): string => `${(elapsedMs / own).toFixed(0)}x`;
  console.log(
    `peer: virt-inspector   ${elapsedMs.toFixed(0)} ms: ${times(warmMs)} of a warm core's, ${times(coldMs)} of a cold command's time`,
  );
}
