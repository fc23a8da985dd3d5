import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createJobs, type Jobs } from "#core/job/runner.ts";
import { createImages, type Images } from "#core/library/images.ts";
import { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import { createNodePorts } from "#system/node-ports.ts";
import { compactImage } from "./compact-image.ts";
import { createCompactJob } from "./compact-job.ts";
import { lastFraction } from "./qemu-img.ts";

const exec = promisify(execFile);
let home: string;
let ports: Ports;
let store: StateStore;
let images: Images;
let jobs: Jobs;
let compact: ReturnType<typeof createCompactJob>;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "goldsmith-compact-"));
  ports = await createNodePorts({ home });
  store = new StateStore();
  images = createImages({ ports, store });
  await images.load();
  jobs = createJobs({ ports, store });
  const noMachine = (): never => {
    throw new Error("no machine here");
  };
  compact = createCompactJob({
    ports,
    images,
    machines: { view: noMachine, diskPath: noMachine, assertOff: noMachine, layeredDisk: noMachine },
  });
});
afterEach(async () => {
  await jobs.close();
  await rm(home, { recursive: true, force: true });
});

/** 64 MiB virtual: some text that compresses, some bytes that do not, and holes. */
async function makeSource(format: "qcow2" | "raw" | "vmdk", name = "source, with comma"): Promise<string> {
  const raw = join(home, "source.raw");
  const file = await open(raw, "w");
  await file.truncate(64 * 1024 * 1024);
  await file.write(Buffer.alloc(8 * 1024 * 1024, "golden images "), 0, undefined, 1024 * 1024);
  const noise = Buffer.alloc(4 * 1024 * 1024);
  for (let i = 0, x = 1; i < noise.length; i++) noise[i] = (x = (x * 1103515245 + 12345) >>> 0) >>> 24;
  await file.write(noise, 0, undefined, 40 * 1024 * 1024);
  await file.close();
  const path = join(home, `${name}.${format}`);
  const options = format === "vmdk" ? ["-o", "subformat=streamOptimized"] : [];
  await exec("qemu-img", ["convert", "-f", "raw", "-O", format, ...options, raw, path]);
  await rm(raw);
  return path;
}

const sha256 = async (path: string): Promise<string> =>
  createHash("sha256")
    .update(await readFile(path))
    .digest("hex");

async function guestView(path: string, format: string): Promise<string> {
  const raw = join(home, "view.raw");
  await exec("qemu-img", ["convert", "-f", format, "-O", "raw", path, raw]);
  const hash = await sha256(raw);
  await rm(raw);
  return hash;
}

describe("compact", () => {
  it.each(["qcow2", "raw", "vmdk"] as const)(
    "makes a smaller, equal qcow2 of %s and leaves the source alone",
    async (format) => {
      const source = await makeSource(format);
      const before = { hash: await sha256(source), modified: (await stat(source)).mtimeMs };
      const view = await jobs.waitFor(
        await jobs.start(compact, { subject: { kind: "file", path: source }, name: "Web" }),
      );
      expect(view.error).toBeNull();
      const image = images.all()[0];
      if (image === undefined) throw new Error("no image in the library");
      expect(image).toMatchObject({ name: "Web", format: "qcow2", virtualBytes: 64 * 1024 * 1024 });
      expect(image.fileBytes).toBeLessThan(6 * 1024 * 1024);
      expect(image.sha256).toBe(await sha256(image.path));
      expect(await guestView(image.path, "qcow2")).toBe(await guestView(source, format));
      const { stdout } = await exec("qemu-img", ["info", "--output=json", image.path]);
      expect(JSON.parse(stdout)).toMatchObject({
        "format-specific": { data: { "compression-type": "zlib" } },
      });
      expect({ hash: await sha256(source), modified: (await stat(source)).mtimeMs }).toEqual(before);
      expect((await readdir(images.folder(image.id))).toSorted()).toEqual(["disk.qcow2", "image.json"]);
      expect(view.steps.find((step) => step.name === "convert")?.progress).toMatchObject({
        doneBytes: 64 * 1024 * 1024,
      });
    },
  );

  it.each([
    ["gz", "gzip", ["-c"], "raw"],
    ["zst", "zstd", ["-qc"], "qcow2"],
  ] as const)(
    "makes one of what is packed in a .%s, and says so",
    async (suffix, program, options, format) => {
      const source = await makeSource(format, "web");
      const packed = `${source}.${suffix}`;
      const { stdout } = await exec(program, [...options, source], {
        encoding: "buffer",
        maxBuffer: 2 ** 28,
      });
      await writeFile(packed, stdout);
      const before = await stat(packed);
      const view = await jobs.waitFor(await jobs.start(compact, { subject: { kind: "file", path: packed } }));
      expect(view.error).toBeNull();
      const [image] = images.all();
      if (image === undefined) throw new Error("no image in the library");
      expect(image).toMatchObject({ name: "web", format: "qcow2", virtualBytes: 64 * 1024 * 1024 });
      expect(image.origin).toMatchObject({ sourcePath: packed, sourceBytes: before.size });
      expect(image.proof?.method).toContain(`packed in the source (${program})`);
      expect(await guestView(image.path, "qcow2")).toBe(await guestView(source, format));
      expect((await stat(packed)).mtimeMs).toBe(before.mtimeMs);
    },
  );

  it("takes a file in as it is, packed or not, and only a file", async () => {
    const source = await makeSource("raw", "web");
    const packed = `${source}.gz`;
    await writeFile(packed, gzipSync(await readFile(source)));
    for (const path of [packed, source]) {
      const input = { subject: { kind: "file" as const, path }, asItIs: true };
      const view = await jobs.waitFor(await jobs.start(compact, input));
      expect(view.error).toBeNull();
    }
    const [one, two] = images
      .all()
      .toSorted((a, b) => Number(a.archive === null) - Number(b.archive === null));
    expect(one).toMatchObject({ format: "raw", archive: "gzip", virtualBytes: 64 * 1024 * 1024 });
    expect(one?.path.endsWith("disk.raw.gz")).toBe(true);
    expect(one?.sha256).toBe(await sha256(packed));
    expect(await sha256(one?.path ?? "")).toBe(await sha256(packed));
    expect(two).toMatchObject({ format: "raw", archive: null, sha256: await sha256(source) });
    expect((await stat(two?.path ?? "")).blocks * 512).toBeLessThan(16 * 1024 * 1024); // holes stay holes
    const other = { subject: { kind: "image" as const, imageId: one?.id ?? "" }, asItIs: true };
    const refused = await jobs.waitFor(await jobs.start(compact, other));
    expect(refused.error).toMatchObject({ code: "bad-input" });
  });

  it("stops unpacking at a cancel, and leaves nothing", async () => {
    const packed = join(home, "zeros.raw.gz");
    await writeFile(packed, gzipSync(Buffer.alloc(512 * 1024 * 1024), { level: 1 }));
    const id = await jobs.start(compact, { subject: { kind: "file", path: packed } });
    await until(() => (store.state.jobs[id]?.steps[0]?.progress?.doneBytes ?? 0) > 0);
    expect(store.state.jobs[id]?.steps[0]?.message).toBe("Unpacking");
    await jobs.cancel(id);
    expect((await jobs.waitFor(id)).status).toBe("cancelled");
    expect(await readdir(join(ports.directories.cache, "unpacked"))).toEqual([]);
    expect(images.all()).toEqual([]);
  });

  it("keeps the library over a new start", async () => {
    const source = await makeSource("qcow2");
    await jobs.waitFor(await jobs.start(compact, { subject: { kind: "file", path: source } }));
    const again = createImages({ ports, store: new StateStore() });
    await again.load();
    expect(again.all()).toEqual(images.all());
  });

  it("leaves nothing after a cancel", async () => {
    const source = await makeSource("raw");
    const id = await jobs.start(compact, { subject: { kind: "file", path: source } });
    await until(() => store.state.jobs[id]?.steps[1]?.status === "running");
    await jobs.cancel(id);
    expect((await jobs.waitFor(id)).status).toBe("cancelled");
    expect(await readdir(join(ports.directories.data, "images"))).toEqual([]);
  });

  it("notices a source that changes meanwhile and keeps nothing", async () => {
    const source = await makeSource("raw");
    const target = join(home, "target.qcow2");
    let changed = false;
    const work = compactImage(
      { path: source, format: "raw", virtualBytes: 64 * 1024 * 1024 },
      target,
      { ports },
      {
        signal: new AbortController().signal,
        onProgress: ({ stage }) => {
          if (stage !== "compare" || changed) return;
          changed = true;
          void touch(source);
        },
      },
    );
    await expect(work).rejects.toMatchObject({ code: expect.stringMatching(/image-in-use|verify-failed/) });
    expect(await readdir(home)).not.toContain("target.qcow2");
    expect(await readdir(home)).not.toContain("target.qcow2.partial");
  });

  it("refuses a source that a running QEMU writes to", async () => {
    const source = await makeSource("qcow2", "locked");
    const { spawn } = await import("node:child_process");
    const socket = join(ports.directories.runtime, "lock.sock");
    const holder = spawn("qemu-nbd", ["-f", "qcow2", "-k", socket, "-t", source], { stdio: "ignore" });
    try {
      await untilAsync(() =>
        stat(socket).then(
          () => true,
          () => false,
        ),
      );
      const view = await jobs.waitFor(await jobs.start(compact, { subject: { kind: "file", path: source } }));
      expect(view).toMatchObject({ status: "failed", error: { code: "image-in-use" } });
    } finally {
      const ended = new Promise((resolve) => holder.once("exit", resolve));
      holder.kill();
      await ended;
    }
    expect(images.all()).toEqual([]);
  });

  it("refuses an unreadable source in words", async () => {
    const source = await makeSource("qcow2", "cut");
    await writeFile(source, (await readFile(source)).subarray(0, 300_000));
    const view = await jobs.waitFor(await jobs.start(compact, { subject: { kind: "file", path: source } }));
    expect(view).toMatchObject({ status: "failed", error: { code: "image-unreadable" } });
  });

  it.runIf(process.getuid?.() === 0)("says so when the disk is full, before and at the end", async () => {
    const source = await makeSource("qcow2");
    const small = join(home, "small");
    await exec("mkdir", [small]);
    await exec("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", small]);
    try {
      const work = compactImage(
        { path: source, format: "qcow2", virtualBytes: 64 * 1024 * 1024 },
        join(small, "t.qcow2"),
        { ports },
        {
          signal: new AbortController().signal,
          onProgress: () => {},
        },
      );
      await expect(work).rejects.toMatchObject({ code: "disk-full", retry: "now" });
      expect(await readdir(small)).toEqual([]);
    } finally {
      await exec("umount", [small]);
    }
  });
});

describe("qemu-img progress", () => {
  it("takes the last number of a piece", () => {
    expect(lastFraction("    (1.00/100%)\r    (50.25/100%)\r")).toBe(0.5025);
    expect(lastFraction("nothing")).toBeNull();
  });
});

async function touch(path: string): Promise<void> {
  const file = await open(path, "r+");
  await file.write("changed", 0);
  await file.close();
}

const until = (condition: () => boolean): Promise<void> => untilAsync(async () => condition());

async function untilAsync(condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("The condition never came true");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
