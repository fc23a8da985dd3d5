import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { appendFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { sshdMissing, startSshd, type Sshd } from "#e2e/servers/sshd.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import type { SftpFigures } from "./sftp-worker.ts";

/**
 * `node bench/sftp.ts [MiB] [rounds]`: our upload by SFTP beside OpenSSH's own client, to OpenSSH's server on loopback,
 * in turns, because a shared machine drifts. Ours with and without the proof that the bytes arrived (a SHA-256 that
 * the server computes), which the other does not have.
 */
const execute = promisify(execFile);
const MiB = 1024 ** 2;
const [sizeText = "512", roundsText = "5"] = process.argv.slice(2);
const sizeBytes = Number(sizeText) * MiB;
const folder = await mkdtemp(join(tmpdir(), "goldsmith-bench-"));
const file = join(folder, "file");
const there = join(folder, "there");

try {
  const missing = await sshdMissing();
  if (missing !== null) console.log(missing);
  else if ((await nodeProcesses.find("sftp")) === null) console.log("peer: OpenSSH's sftp is not installed");
  else {
    await mkdir(there);
    for (let written = 0; written < sizeBytes; written += MiB) await appendFile(file, randomBytes(MiB));
    const server = await startSshd();
    try {
      await compare(server);
    } finally {
      await server.close();
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function compare(server: Sshd): Promise<void> {
  const runs = { sent: [] as number[], proved: [] as number[], cpu: [] as number[], theirs: [] as number[] };
  let memoryBytes = 0;
  const sum = createHash("sha256")
    .update(await readFile(file))
    .digest("hex");
  for (let round = 0; round < Number(roundsText); round++) {
    const figures = await uploadOurs(server);
    if (figures.sha256 !== sum) throw new Error("ours is not what was sent");
    runs.sent.push(figures.sentMs);
    runs.proved.push(figures.elapsedMs);
    runs.cpu.push(figures.cpuMs);
    memoryBytes = Math.max(memoryBytes, figures.peakMemoryBytes);
    await rm(join(there, "ours"));
    const startedMs = performance.now();
    await uploadTheirs(server);
    runs.theirs.push(performance.now() - startedMs);
    await rm(join(there, "theirs"));
  }
  console.log(`${sizeText} MiB to OpenSSH's server on loopback, ${roundsText} rounds in turns`);
  print("Goldsmith, sent and confirmed", runs.sent);
  print("Goldsmith, proved as well", runs.proved);
  print("OpenSSH sftp, the process", runs.theirs);
  const cpu = (median(runs.cpu) / 1000).toFixed(2);
  console.log(`Goldsmith: cpu ${cpu} s, memory ${(memoryBytes / MiB).toFixed(0)} MiB`);
  console.log(`${(median(runs.theirs) / median(runs.sent)).toFixed(2)}x of sftp's throughput by the median`);
}

async function uploadOurs({ port, username, keyPath, hostKeySha256 }: Sshd): Promise<SftpFigures> {
  const place = {
    host: "127.0.0.1",
    port,
    username,
    directory: there,
    publicUrlTemplate: null,
    hostKeySha256,
    auth: "key",
    keyPath,
    secret: null,
    agentSocket: null,
  };
  const worker = join(import.meta.dirname, "sftp-worker.ts");
  const env = { ...process.env, GOLDSMITH_BENCH_PLACE: JSON.stringify(place) };
  const { stdout } = await execute(process.execPath, [worker, file, String(sizeBytes)], { env });
  return JSON.parse(stdout) as SftpFigures;
}

async function uploadTheirs({ port, username, keyPath }: Sshd): Promise<void> {
  const options = [
    "StrictHostKeyChecking=no",
    "UserKnownHostsFile=/dev/null",
    "LogLevel=ERROR",
    "BatchMode=yes",
  ];
  const args = ["-q", "-P", String(port), "-i", keyPath, ...options.flatMap((option) => ["-o", option])];
  const target = `${username}@127.0.0.1`;
  const script = 'printf "put %s %s\\n" "$1" "$2" | { shift 2; exec sftp "$@"; }';
  await execute("sh", ["-c", script, "sh", file, join(there, "theirs"), ...args, "-b", "-", target]);
}

function print(name: string, runMs: readonly number[]): void {
  const pace = (ms: number): string =>
    `${(ms / 1000).toFixed(2)} s ${(sizeBytes / MiB / (ms / 1000)).toFixed(0)} MiB/s`;
  console.log(`${name.padEnd(30)} median ${pace(median(runMs))}   fastest ${pace(Math.min(...runMs))}`);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
