import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AccountView } from "#contract/account.ts";
import type { ImageView } from "#contract/image.ts";
import type { StagingView } from "#contract/staging.ts";
import type { CheckReport } from "#contract/report.ts";
import { createJobs } from "#core/job/runner.ts";
import { writeFileAtomic } from "#core/library/json-file.ts";
import { StateStore } from "#core/state-store.ts";
import type { Clock, Ports } from "#ports/ports.ts";
import type { Processes } from "#ports/processes.ts";
import { startHarness, testToken, type EmulatorHarness } from "#providers/digitalocean/emulator-harness.ts";
import type { DigitalOceanEmulatorOptions } from "#providers/digitalocean/emulator.ts";
import { createDigitalOcean } from "#providers/digitalocean/provider.ts";
import { hastyClock } from "#providers/emulation/testing/hasty-clock.ts";
import { tinyQcow2 } from "#providers/emulation/testing/tiny-qcow2.ts";
import { startPracticeS3, type PracticeS3Options } from "#staging/practice/practice-s3.ts";
import { createS3Store } from "#staging/s3/s3-store.ts";
import type { StagingStore } from "#staging/staging-store.ts";
import { createPreparedFiles } from "./prepare/prepared-files.ts";
import { createPublishJob } from "./publish-job.ts";
import type { PublishDeps } from "./publish-scope.ts";
import { createRemoteImages } from "./remote/remote-images.ts";
import { createJanitor } from "./staging/janitor.ts";
import { createStagingDesk } from "./staging/staging-desk.ts";

/** For tests: a provider, a store and a library in temporary folders, and the publish job between them. */

export const canaries = { token: testToken, s3Secret: "canary-s3-secret-9f8e7d6c5b4a" };
const bucket = "staging-bucket";
/** Journals are synced record by record, which costs nothing in memory. */
const memoryFolder = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
export const accountId = "acc0000001";
export const imageId = "img0000001";

export const testPorts = (data: string, processes: Processes, log: string[] = []): Ports => {
  const kept = new Map<string, string>();
  const line = (message: string, details: unknown = {}): void =>
    void log.push(`${message} ${JSON.stringify(details)}`);
  return {
    processes,
    clock: hastyClock,
    secrets: {
      kind: "file",
      detail: "",
      get: async (name) => kept.get(name) ?? null,
      set: async (name, value) => void kept.set(name, value),
      remove: async (name) => void kept.delete(name),
    },
    directories: { data, cache: data, runtime: data, resources: data },
    terminals: { openShell: () => Promise.reject(new Error("no terminal in these tests")) },
    desktop: { trash: async () => false, reveal: async () => {} },
    log: { info: line, warn: line },
  };
};

export const passReport = (level: "pass" | "error" = "pass"): CheckReport => ({
  key: `image:${imageId}`,
  subject: { kind: "image", imageId },
  path: "/x",
  checkedAt: "2026-01-01T00:00:00.000Z",
  facts: null,
  verdicts: {
    digitalocean: {
      level,
      findings: ["error", "pass"].map((each) => ({
        id: `rule.${each}`,
        level: each === "error" ? level : "pass",
        title: `It says ${each}`,
        where: "",
        source: { document: "d", url: null },
        consequence: "c",
        fix: null,
      })),
    },
  },
  error: null,
});

/** What a publish needs, given by addresses, so that another process can build it too. */
export function publishParts(options: {
  data: string;
  processes: Processes;
  apiBase: string;
  s3Endpoint: string;
  log?: string[];
  report?: () => CheckReport;
  image: ImageView;
  /** Parts of an upload that travel at once. */
  parallel?: number;
  /** How often a request to the store is tried. */
  tries?: number;
  clock?: Clock;
}) {
  const store = new StateStore();
  const { clock = hastyClock } = options;
  const ports: Ports = { ...testPorts(options.data, options.processes, options.log), clock };
  const account: AccountView = {
    id: accountId,
    name: "Test",
    provider: "digitalocean",
    practice: false,
    apiBase: options.apiBase,
    defaultRegion: "fra1",
    settings: {},
    stagingId: "stg0000001",
    createdAt: "2026-01-01T00:00:00.000Z",
  };
  const place = {
    kind: "s3" as const,
    endpoint: options.s3Endpoint,
    region: "us-east-1",
    bucket,
    accessKeyId: "AKTEST",
    publicUrlTemplate: null,
  };
  const provider = createDigitalOcean(
    { apiBase: options.apiBase, fields: { token: canaries.token } },
    { clock },
  );
  const staging = createS3Store(
    { ...place, secretAccessKey: canaries.s3Secret },
    {
      partBytes: 5 * 1024 * 1024,
      parallel: options.parallel ?? 4,
      retry: { attempts: options.tries ?? 2, firstDelayMs: 1 },
    },
  );
  const desk = createStagingDesk({ ports, open: async () => staging });
  const stagings = {
    view: () => view,
    open: async () => staging,
    saw: async () => {},
  };
  const view: StagingView = {
    id: "stg0000001",
    name: "Bucket",
    practice: false,
    place,
    createdAt: account.createdAt,
    seen: null,
  };
  const deps: PublishDeps = {
    ports,
    images: { view: () => options.image },
    accounts: {
      view: (id) => ({ ...account, id }),
      open: async (id) => ({ account: { ...account, id }, provider }),
    },
    stagings,
    desk,
    prepared: createPreparedFiles(ports),
    remoteImages: createRemoteImages({ ports, store }),
    check: async () => options.report?.() ?? passReport(),
    followTiming: { firstPauseMs: 2, longestPauseMs: 3, timeoutMs: 20_000, patienceMs: 500 },
  };
  const definition = createPublishJob(deps);
  const jobs = createJobs({ ports, store });
  const janitor = createJanitor({ ports, store, desk, stagings });
  store.put("stagings", view.id, view);
  /** As the app does when it ends. */
  const close = async (): Promise<void> => {
    await jobs.close();
    await desk.close();
    await deps.remoteImages.close();
  };
  return { ports, store, account, provider, staging, desk, deps, definition, jobs, janitor, close };
}

export interface PublishHarness {
  readonly data: string;
  readonly emulator: EmulatorHarness;
  readonly s3Endpoint: string;
  readonly image: ImageView;
  readonly log: string[];
  /** Everything that the store now holds, finished or not. */
  stagingContent(): Promise<string[]>;
  /** Where an object of the store can be read, if it can. */
  address(key: string): { publicUrl: string };
  stopS3(): Promise<void>;
  startS3(): Promise<void>;
  parts(overrides?: {
    report?: () => CheckReport;
    parallel?: number;
    tries?: number;
    clock?: Clock;
    processes?: Processes;
    image?: ImageView;
  }): ReturnType<typeof publishParts>;
  /** Ends every app that was begun, so that all is on the disk. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export async function startPublishHarness(
  processes: Processes,
  options: {
    emulator?: Partial<DigitalOceanEmulatorOptions>;
    trouble?: PracticeS3Options["trouble"];
    dataBytes?: number;
  } = {},
): Promise<PublishHarness> {
  const root = await mkdtemp(join(memoryFolder, "goldsmith-publish-"));
  const data = join(root, "data");
  await mkdir(data);
  const path = join(root, "disk.qcow2");
  const bytes = tinyQcow2(2 ** 30, randomBytes(options.dataBytes ?? 200_000));
  await writeFile(path, bytes);
  const image: ImageView = {
    id: imageId,
    name: "Débian 12 / golden",
    notes: "",
    tags: [],
    createdAt: "2026-01-01T00:00:00.000Z",
    path,
    format: "qcow2",
    archive: null,
    fileBytes: bytes.length,
    virtualBytes: 2 ** 30,
    sha256: null,
    origin: { machineId: null, sourcePath: "", sourceBytes: 0 },
    proof: null,
  };
  const emulator = await startHarness({ processes, writeFileAtomic }, options.emulator);
  const startStore = (port: number) =>
    startPracticeS3({
      folder: join(root, "s3"),
      port,
      accessKeyId: "AKTEST",
      secretAccessKey: canaries.s3Secret,
      buckets: [bucket],
      ...(options.trouble === undefined ? {} : { trouble: options.trouble }),
    });
  let s3 = await startStore(0);
  const s3Endpoint = s3.endpoint;
  const log: string[] = [];
  const open: ReturnType<typeof publishParts>[] = [];
  const harness: PublishHarness = {
    data,
    emulator,
    s3Endpoint,
    image,
    log,
    async stagingContent() {
      const { staging } = harness.parts();
      return contentOf(staging);
    },
    address: (key) => ({ publicUrl: `${s3Endpoint}/${bucket}/${key}` }),
    stopS3: () => s3.close(),
    async startS3() {
      s3 = await startStore(Number(new URL(s3Endpoint).port));
    },
    parts(overrides) {
      const made = publishParts({
        data,
        processes,
        apiBase: emulator.emulator.apiBase,
        s3Endpoint,
        log,
        image,
        ...overrides,
      });
      // A life that can end by itself cannot be closed: its jobs never end.
      if (overrides?.clock === undefined) open.push(made);
      return made;
    },
    async settle() {
      for (const each of open.splice(0)) await each.close();
    },
    async close() {
      await harness.settle();
      await emulator.close();
      await s3.close();
      await rm(root, { recursive: true, force: true });
    },
  };
  return harness;
}

async function contentOf(staging: StagingStore): Promise<string[]> {
  const signal = AbortSignal.timeout(10_000);
  const objects = await staging.list("", signal);
  const uploads = await staging.pendingUploads("", signal);
  return [...objects.map(({ key }) => `object ${key}`), ...uploads.map(({ key }) => `upload ${key}`)];
}

/** All text under a folder, to look for canaries in. */
export async function textUnder(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(
    files.map((entry) => readFile(join(entry.parentPath, entry.name), "latin1").catch(() => "")), // just renamed
  );
  return texts.join("\n");
}

/** The ids in the account that are not deleted, and those of them that are available. */
export const accountContent = async (
  harness: PublishHarness,
): Promise<{ name: string; state: string; id: string }[]> => {
  const images = await harness.parts().provider.listImages(AbortSignal.timeout(10_000));
  return images.map(({ name, state, providerImageId }) => ({ name, state, id: providerImageId }));
};
