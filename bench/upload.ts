import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { radosgwMissing, startRadosgw, type Radosgw } from "#e2e/servers/radosgw.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import type { UploadFigures } from "./upload-worker.ts";

/**
 * `node bench/upload.ts [MiB] [rounds]`: our upload (one read: MD5 of the parts, SHA-256 of the whole) beside rclone
 * with the same part size and connections, to radosgw on loopback, in turns, because a shared machine drifts. Each
 * in a process of its own, from its start to its end; ours also without the start of Node, as the app has it behind
 * it. It measures the client's own cost: on a real uplink the network decides.
 */
const execute = promisify(execFile);
const MiB = 1024 ** 2;
const [sizeText = "1024", roundsText = "5"] = process.argv.slice(2);
const sizeBytes = Number(sizeText) * MiB;
const folder = await mkdtemp(join(tmpdir(), "goldsmith-bench-"));
const file = join(folder, "file");

interface Run {
  readonly name: string;
  readonly runMs: number[];
  readonly cpuMs: number[];
  readonly memoryBytes: number[];
}
const newRun = (name: string): Run => ({ name, runMs: [], cpuMs: [], memoryBytes: [] });

try {
  const missing = await radosgwMissing();
  const rclone = await nodeProcesses.find("rclone");
  if (missing !== null) console.log(missing);
  else if (rclone === null) console.log("peer: rclone is not installed");
  else {
    for (let written = 0; written < sizeBytes; written += MiB) await appendFile(file, randomBytes(MiB));
    const server = await startRadosgw({ storeBytes: 4 * sizeBytes });
    try {
      await compare(server, rclone);
    } finally {
      await server.close();
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function compare(server: Radosgw, rclone: string): Promise<void> {
  const { endpoint, accessKeyId, secretAccessKey } = server;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region: "us-east-1", credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: "images" }));
  client.destroy();
  const ours = newRun("Goldsmith, the whole process");
  const warm = newRun("Goldsmith, the upload alone");
  const theirs = newRun("rclone, the whole process");
  for (let round = 0; round < Number(roundsText); round++) {
    const startedMs = performance.now();
    const figures = await uploadOurs(endpoint, credentials);
    ours.runMs.push(performance.now() - startedMs);
    warm.runMs.push(figures.elapsedMs);
    warm.cpuMs.push(figures.cpuMs);
    warm.memoryBytes.push(figures.peakMemoryBytes);
    await server.forget("images");
    const peer = await copyWithRclone(rclone, endpoint, credentials);
    theirs.runMs.push(peer.elapsedMs);
    theirs.cpuMs.push(peer.cpuMs);
    theirs.memoryBytes.push(peer.peakMemoryBytes);
    await server.forget("images");
  }
  console.log(`${sizeText} MiB to radosgw, parts of 8 MiB, 4 at a time, ${roundsText} rounds in turns`);
  for (const run of [ours, warm, theirs]) print(run);
  for (const run of [ours, warm]) {
    const ratio = (pick: (values: readonly number[]) => number): string =>
      (pick(theirs.runMs) / pick(run.runMs)).toFixed(2);
    console.log(
      `${run.name}: ${ratio(median)}x of rclone's throughput by the median, ${ratio(least)}x by the fastest`,
    );
  }
}

async function uploadOurs(
  endpoint: string,
  credentials: { accessKeyId: string; secretAccessKey: string },
): Promise<UploadFigures> {
  const worker = join(import.meta.dirname, "upload-worker.ts");
  const place = { endpoint, region: "us-east-1", bucket: "images", publicUrlTemplate: null, ...credentials };
  const env = { ...process.env, GOLDSMITH_BENCH_PLACE: JSON.stringify(place) };
  const { stdout } = await execute(process.execPath, [worker, file, String(sizeBytes)], { env });
  return JSON.parse(stdout) as UploadFigures;
}

async function copyWithRclone(
  program: string,
  endpoint: string,
  credentials: { accessKeyId: string; secretAccessKey: string },
): Promise<{ elapsedMs: number; cpuMs: number; peakMemoryBytes: number }> {
  const env = {
    HOME: folder,
    RCLONE_CONFIG_P_TYPE: "s3",
    RCLONE_CONFIG_P_PROVIDER: "Ceph",
    RCLONE_CONFIG_P_ENDPOINT: endpoint,
    RCLONE_CONFIG_P_ACCESS_KEY_ID: credentials.accessKeyId,
    RCLONE_CONFIG_P_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  const options = ["--s3-chunk-size", "8M", "--s3-upload-concurrency", "4", "--s3-no-check-bucket"];
  const command = [program, "copyto", "--ignore-times", ...options, file, "p:images/theirs"];
  // What the kernel accounts to the children of this little shell is rclone's alone.
  const script =
    "import resource,subprocess,sys,time\ns=time.monotonic()\nsubprocess.run(sys.argv[1:],check=True)\ne=time.monotonic()-s\nr=resource.getrusage(resource.RUSAGE_CHILDREN)\nprint(e*1000,(r.ru_utime+r.ru_stime)*1000,r.ru_maxrss*1024)";
  const { stdout } = await execute("python3", ["-c", script, ...command], { env });
  const [elapsedMs = 0, cpuMs = 0, peakMemoryBytes = 0] = stdout.trim().split(" ").map(Number);
  return { elapsedMs, cpuMs, peakMemoryBytes };
}

function print({ name, runMs, cpuMs, memoryBytes }: Run): void {
  const pace = (ms: number): string => `${(sizeBytes / MiB / (ms / 1000)).toFixed(0)} MiB/s`;
  const cells = [`median ${(median(runMs) / 1000).toFixed(2)} s ${pace(median(runMs))}`];
  cells.push(`fastest ${(least(runMs) / 1000).toFixed(2)} s ${pace(least(runMs))}`);
  if (cpuMs.length > 0) cells.push(`cpu ${(median(cpuMs) / 1000).toFixed(2)} s`);
  if (memoryBytes.length > 0) cells.push(`memory ${(Math.max(...memoryBytes) / MiB).toFixed(0)} MiB`);
  console.log(`${name.padEnd(30)} ${cells.join("   ")}`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function least(values: readonly number[]): number {
  return Math.min(...values);
}
