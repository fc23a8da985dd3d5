import { execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeProcesses } from "#system/node-processes.ts";
import { createS3Store } from "../s3/s3-store.ts";
import { startPracticeS3 } from "./practice-s3.ts";

const execute = promisify(execFile);
const MiB = 1024 * 1024;
const keys = { accessKeyId: "PRACTICE", secretAccessKey: "practice-secret" };
const rclone = await nodeProcesses.find("rclone");
let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "goldsmith-practice-s3-"));
});
afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

describe.skipIf(rclone === null)(
  `rclone as a client${rclone === null ? ": not installed, not tested" : ""}`,
  () => {
    let server: Awaited<ReturnType<typeof startPracticeS3>>;
    beforeEach(async () => {
      server = await startPracticeS3({ folder: join(home, "state"), ...keys, buckets: ["images"] });
    });
    afterEach(() => server.close());

    async function run(secret: string, ...args: string[]): Promise<string> {
      const env = {
        HOME: home, // nothing of this computer: an AWS_CA_BUNDLE alone stops rclone
        RCLONE_CONFIG: join(home, "rclone.conf"),
        RCLONE_CONFIG_P_TYPE: "s3",
        RCLONE_CONFIG_P_PROVIDER: "Other",
        RCLONE_CONFIG_P_ENDPOINT: server.endpoint,
        RCLONE_CONFIG_P_ACCESS_KEY_ID: keys.accessKeyId,
        RCLONE_CONFIG_P_SECRET_ACCESS_KEY: secret,
        RCLONE_RETRIES: "1",
        RCLONE_LOW_LEVEL_RETRIES: "1",
        RCLONE_S3_CHUNK_SIZE: "5M",
        RCLONE_S3_UPLOAD_CUTOFF: "6M",
      };
      return (await execute(rclone ?? "", args, { env, encoding: "utf8" })).stdout;
    }
    const good = (...args: string[]): Promise<string> => run(keys.secretAccessKey, ...args);

    it("copies there and back, checks, lists and deletes", async () => {
      const local = join(home, "local");
      await execute("mkdir", ["-p", join(local, "sub folder")]);
      const small = randomBytes(100);
      const large = randomBytes(17 * MiB);
      await writeFile(join(local, "sub folder", "ä+%:small"), small);
      await writeFile(join(local, "large"), large);
      await writeFile(join(local, "empty"), "");
      await good("copy", local, "p:images/x");
      await good("check", "--download", local, "p:images/x");
      expect((await good("lsf", "-R", "p:images")).split("\n").toSorted()).toEqual(
        ["", "x/", "x/empty", "x/large", "x/sub folder/", "x/sub folder/ä+%:small"].toSorted(),
      );
      const back = join(home, "back");
      await good("copy", "p:images/x", back);
      expect((await readFile(join(back, "large"))).equals(large)).toBe(true);
      // rclone keeps the time in metadata: the second run must find nothing to do.
      expect(await good("copy", "--dry-run", "-v", local, "p:images/x")).toBe("");
      await good("delete", "p:images/x");
      expect(await good("lsf", "-R", "--files-only", "p:images")).toBe("");
    });

    it("makes presigned URLs that are good for one method, until they expire", async () => {
      await writeFile(join(home, "f"), "presigned");
      await good("copy", join(home, "f"), "p:images/");
      const link = (await good("link", "--expire", "1m", "p:images/f")).trim();
      expect(await (await fetch(link)).text()).toBe("presigned");
      expect((await fetch(link, { method: "HEAD" })).status).toBe(403);
      expect((await fetch(link.replace("/f?", "/g?"))).status).toBe(403);
      expect((await fetch(link.replace(/X-Amz-Expires=\d+/, "X-Amz-Expires=600000"))).status).toBe(403);
      const [late = ""] = (await good("link", "--expire", "1s", "p:images/f")).trim().split("\n");
      await expect.poll(async () => (await fetch(late)).status, { timeout: 5000 }).toBe(403);
    });

    it("is turned away with a wrong secret", async () => {
      await expect(run("wrong", "lsf", "p:images")).rejects.toMatchObject({
        stderr: expect.stringContaining("SignatureDoesNotMatch"),
      });
    });
  },
);

describe("a practice store that is killed", () => {
  const script = `
    const { startPracticeS3 } = await import(${JSON.stringify(new URL("./practice-s3.ts", import.meta.url).href)});
    const server = await startPracticeS3(JSON.parse(process.argv[1]));
    console.log(server.endpoint);
  `;

  async function startChild(): Promise<{ endpoint: string; kill: () => Promise<void> }> {
    const options = { folder: join(home, "state"), ...keys, buckets: ["images"] };
    const child = spawn(process.execPath, ["--input-type=module", "-e", script, JSON.stringify(options)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    const endpoint = await new Promise<string>((resolve, reject) => {
      child.stdout.once("data", (data: Buffer) => resolve(data.toString().trim()));
      child.once("exit", () => reject(new Error("the practice store did not start")));
    });
    const kill = async (): Promise<void> => {
      child.kill("SIGKILL");
      await ended;
    };
    return { endpoint, kill };
  }

  it("keeps what it confirmed, and an upload goes on where it was", async () => {
    const sizeBytes = 40 * MiB;
    const path = join(home, "file");
    await writeFile(path, randomBytes(sizeBytes));
    let server = await startChild();
    const store = (): ReturnType<typeof createS3Store> =>
      createS3Store(
        {
          region: "r",
          bucket: "images",
          publicUrlTemplate: null,
          endpoint: server.endpoint,
          ...keys,
        },
        { retry: { attempts: 1, firstDelayMs: 1 } },
      );
    const signal = new AbortController().signal;
    const ids: string[] = [];
    const args = {
      path,
      sizeBytes,
      contentType: "a/b",
      signal,
      onUploadId: async (id: string) => void ids.push(id),
    };
    const ignore = (): void => {};
    try {
      await store().upload({
        ...args,
        key: "whole",
        resume: null,
        onProgress: ignore,
      });
      const killed: Promise<void>[] = [];
      const onProgress = (doneBytes: number): void => {
        if (doneBytes > sizeBytes / 2 && killed.length === 0) killed.push(server.kill());
      };
      const cut = store().upload({ ...args, key: "cut", resume: null, onProgress });
      await expect(cut).rejects.toMatchObject({ code: "network", retry: "later" });
      await Promise.all(killed);
      server = await startChild();
      const progress: number[] = [];
      const staged = await store().upload({
        ...args,
        key: "cut",
        resume: { uploadId: ids[1] ?? "" },
        onProgress: (doneBytes) => progress.push(doneBytes),
      });
      expect(ids).toHaveLength(2);
      const served = Buffer.from(await (await fetch(staged.publicUrl ?? "")).arrayBuffer());
      expect(served.equals(await readFile(path))).toBe(true);
      expect((await store().list("", signal)).map(({ key }) => key)).toEqual(["cut", "whole"]);
      await store().remove("cut", signal);
      await store().remove("whole", signal);
      expect(await readdir(join(home, "state", "images", "data"))).toEqual([]);
    } finally {
      await server.kill();
    }
  });
});

const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)(`a full disk${isRoot ? "" : ": needs root for a small tmpfs, not tested"}`, () => {
  it("is said, and leaves nothing that cannot be discarded", async () => {
    const small = join(home, "small");
    await mkdir(small);
    await execute("mount", ["-t", "tmpfs", "-o", "size=12m", "tmpfs", small]);
    const server = await startPracticeS3({ folder: small, ...keys, buckets: ["images"] });
    try {
      const path = join(home, "file");
      await writeFile(path, randomBytes(20 * MiB));
      const { endpoint } = server;
      const address = { kind: "s3", region: "r", bucket: "images", publicUrlTemplate: null } as const;
      const store = createS3Store({ ...address, ...keys, endpoint });
      const signal = new AbortController().signal;
      const ignore = { resume: null, onUploadId: async () => {}, onProgress: () => {}, signal };
      const file = { key: "k", path, sizeBytes: 20 * MiB, contentType: "a/b" };
      await expect(store.upload({ ...file, ...ignore })).rejects.toMatchObject({ code: "quota-exceeded" });
      await store.abortUploads("", signal);
      expect(await readdir(join(small, "images", "data"))).toEqual([]);
      expect(await readdir(join(small, "images", "uploads"))).toEqual([]);
    } finally {
      await server.close();
      await execute("umount", [small]);
    }
  });
});
