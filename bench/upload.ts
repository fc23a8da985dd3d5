import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { radosgwMissing, startRadosgw } from "#e2e/servers/radosgw.ts";
import { startPracticeS3 } from "#staging/practice/practice-s3.ts";
import { createS3Store } from "#staging/s3/s3-store.ts";
import { nodeProcesses } from "#system/node-processes.ts";

/**
 * `node bench/upload.ts [MiB]`: our upload (one read: MD5 of the parts, SHA-256 of the whole; HEAD afterwards)
 * beside rclone with the same part size and connections, to radosgw and to the practice store, on loopback. It
 * measures the client's own cost: on a real uplink the network decides.
 */
const execute = promisify(execFile);
const MiB = 1024 * 1024;
const sizeMiB = Number(process.argv[2] ?? "128");
const keys = { accessKeyId: "BENCH", secretAccessKey: "bench-secret" };
const folder = await mkdtemp(join(tmpdir(), "goldsmith-bench-"));
const file = join(folder, "file");
const rclone = await nodeProcesses.find("rclone");
try {
  for (let i = 0; i < sizeMiB; i++) await appendFile(file, randomBytes(MiB));
  console.log(`${sizeMiB} MiB, parts of 8 MiB, 4 at a time`);
  const practice = await startPracticeS3({ folder: join(folder, "s3"), ...keys, buckets: ["images"] });
  // The server shares a thread with our client here, and with rclone's it does not: compare on radosgw.
  await measure("practice store", practice.endpoint, keys);
  await practice.close();
  const missing = await radosgwMissing();
  if (missing !== null) console.log(missing);
  else {
    const radosgw = await startRadosgw();
    const { endpoint, accessKeyId, secretAccessKey } = radosgw;
    const credentials = { accessKeyId, secretAccessKey };
    const client = new S3Client({ endpoint, region: "us-east-1", credentials, forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: "images" }));
    await measure("radosgw", endpoint, credentials);
    await radosgw.close();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(server: string, endpoint: string, credentials: typeof keys): Promise<void> {
  const address = { kind: "s3", region: "us-east-1", bucket: "images", publicUrlTemplate: null } as const;
  const store = createS3Store({ ...address, endpoint, ...credentials });
  const signal = new AbortController().signal;
  const ignore = { resume: null, onUploadId: async () => {}, onProgress: () => {}, signal };
  const args = { path: file, sizeBytes: sizeMiB * MiB, contentType: "application/octet-stream", ...ignore };
  await store.probe(signal);
  for (const attempt of [1, 2]) {
    await row(
      `${server}: Goldsmith, run ${attempt}`,
      async () => void (await store.upload({ ...args, key: "ours" })),
    );
    if (rclone !== null)
      await row(`${server}: rclone, run ${attempt}`, () => copyWithRclone(rclone, endpoint, credentials));
  }
  for (const key of ["ours", "theirs"]) await store.remove(key, signal);
}

async function copyWithRclone(program: string, endpoint: string, credentials: typeof keys): Promise<void> {
  const env = {
    HOME: folder,
    RCLONE_CONFIG_P_TYPE: "s3",
    RCLONE_CONFIG_P_PROVIDER: "Ceph",
    RCLONE_CONFIG_P_ENDPOINT: endpoint,
    RCLONE_CONFIG_P_ACCESS_KEY_ID: credentials.accessKeyId,
    RCLONE_CONFIG_P_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  };
  const options = ["--s3-chunk-size", "8M", "--s3-upload-concurrency", "4", "--s3-acl", "public-read"];
  await execute(program, ["copyto", "--ignore-times", ...options, file, "p:images/theirs"], { env });
}

async function row(name: string, work: () => Promise<void>): Promise<void> {
  const startedMs = performance.now();
  await work();
  const seconds = (performance.now() - startedMs) / 1000;
  console.log(
    `${name.padEnd(40)} ${seconds.toFixed(2).padStart(6)} s ${(sizeMiB / seconds).toFixed(0).padStart(5)} MiB/s`,
  );
}
