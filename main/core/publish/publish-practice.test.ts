import { createHash, randomBytes } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AccountView } from "#contract/account.ts";
import type { ImageView } from "#contract/image.ts";
import type { JobView } from "#contract/job.ts";
import {
  DestinationSchema,
  PublishManySchema,
  PublishResultSchema,
  type Destination,
} from "#contract/publish.ts";
import type { CheckReport } from "#contract/report.ts";
import { SettingsSchema } from "#contract/settings.ts";
import { createJobs, type Jobs } from "#core/job/runner.ts";
import { createPractice, type Practice } from "#core/practice/practice.ts";
import { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import { emulators } from "#providers/emulators.ts";
import { tinyQcow2 } from "#providers/emulation/testing/tiny-qcow2.ts";
import { openGate } from "#staging/transfer-gate.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { createAccounts, type Accounts } from "./accounts/accounts.ts";
import { planPublish, type PlanDeps } from "./plan/plan.ts";
import { createPreparedFiles } from "./prepare/prepared-files.ts";
import { createPublishJob, type PublishJob } from "./publish-job.ts";
import { imageId, passReport, testPorts } from "./publish-harness.ts";
import { createRemoteActions, type RemoteActions } from "./remote/remote-actions.ts";
import { createRemoteImages, type RemoteImages } from "./remote/remote-images.ts";
import { createJanitor, type Janitor } from "./staging/janitor.ts";
import { createStagingDesk, type StagingDesk } from "./staging/staging-desk.ts";
import { createStagings, type Stagings } from "./staging/stagings.ts";
import { startPublishes } from "./start-publishes.ts";

/** The whole room over the practice accounts of all providers. */

let root: string;
let ports: Ports;
let store: StateStore;
let practice: Practice;
let stagings: Stagings;
let accounts: Accounts;
let remoteImages: RemoteImages;
let desk: StagingDesk;
let janitor: Janitor;
let remote: RemoteActions;
let jobs: Jobs;
let publish: PublishJob;
let image: ImageView;
let report: CheckReport;
let plan: PlanDeps;

const signal = (): AbortSignal => AbortSignal.timeout(15_000);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "goldsmith-all-"));
  ports = testPorts(root, nodeProcesses);
  store = new StateStore();
  practice = createPractice({ ports, paceMs: 1 });
  stagings = createStagings({ ports, store, practice, gate: openGate });
  remoteImages = createRemoteImages({ ports, store });
  accounts = createAccounts({ ports, store, practice, stagings, remoteImages });
  desk = createStagingDesk({ ports, open: (id) => stagings.open(id) });
  janitor = createJanitor({ ports, store, desk, stagings });
  remote = createRemoteActions({ store, accounts, remoteImages, clock: ports.clock });
  jobs = createJobs({ ports, store });
  const bytes = tinyQcow2(2 ** 30, randomBytes(30_000));
  const path = join(root, "disk.qcow2");
  await writeFile(path, bytes);
  image = {
    id: imageId,
    name: "golden",
    notes: "",
    tags: [],
    createdAt: "2026-01-01T00:00:00.000Z",
    path,
    format: "qcow2",
    archive: null,
    fileBytes: bytes.length,
    virtualBytes: 2 ** 30,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    origin: { machineId: null, sourcePath: "", sourceBytes: 0 },
    proof: null,
  };
  const pass = passReport().verdicts.digitalocean ?? { level: "pass", findings: [] };
  report = {
    ...passReport(),
    verdicts: Object.fromEntries(Object.keys(emulators).map((provider) => [provider, pass])),
  };
  const images = { view: () => image };
  const check = async (): Promise<CheckReport> => report;
  const prepared = createPreparedFiles(ports);
  const followTiming = { firstPauseMs: 2, longestPauseMs: 5, timeoutMs: 20_000, patienceMs: 500 };
  publish = createPublishJob({
    ports,
    images,
    accounts,
    stagings,
    desk,
    prepared,
    remoteImages,
    check,
    followTiming,
  });
  plan = { store, images, accounts, settings: () => SettingsSchema.parse({}), check };
});
afterEach(async () => {
  await jobs.close();
  await desk.close();
  await remoteImages.close();
  await practice.close();
  await rm(root, { recursive: true, force: true });
});

async function start(destinations: Destination[], again = false): Promise<JobView[]> {
  const input = PublishManySchema.parse({ imageId, destinations, again });
  const ids = await startPublishes({ store, jobs, accounts, publish }, input);
  return Promise.all(ids.map((id) => jobs.waitFor(id)));
}
const accountsOf = async (): Promise<AccountView[]> =>
  (await accounts.addPractice()).map((id) => accounts.view(id));
const resultOf = (view: JobView | undefined) => {
  expect(view?.error).toBeNull();
  return PublishResultSchema.parse(view?.result);
};
const plans = (destinations: Destination[], again = false) =>
  planPublish(plan, PublishManySchema.parse({ imageId, destinations, again }), signal());

describe("a publish to all practice accounts", () => {
  it("is planned, ends at each as it ends there, and leaves no staging behind", async () => {
    const all = await accountsOf();
    const destinations = all.map(({ id }) => ({ accountId: id }));
    const planned = await plans(destinations);
    const byProvider = new Map(all.map(({ provider }, index) => [provider, planned[index]]));
    for (const each of planned) expect(each.notes.filter(({ blocks }) => blocks)).toEqual([]);
    expect(byProvider.get("digitalocean")).toMatchObject({
      exposure: "unguessable-public-link",
      uploadBytes: image.fileBytes,
      cost: { currency: "USD" },
    });
    expect(byProvider.get("contabo")).toMatchObject({ uploadBytes: 0, sharesWith: all[0]?.id });
    expect(byProvider.get("contabo")?.quota?.freeBytes).toBeGreaterThan(0);
    expect(byProvider.get("oci")).toMatchObject({ exposure: "signed-link", sharesWith: null });
    expect(byProvider.get("hypervisor-io")).toMatchObject({ exposure: "operator", cost: null });

    const views = await start(destinations);
    const results = views.map(resultOf);
    expect(new Set(views.map(({ subject }) => subject.batchId)).size).toBe(1);
    for (const [index, { provider, id }] of all.entries()) {
      const result = results[index];
      expect(result, provider).toMatchObject({ accountId: id, sha256: image.sha256 });
      if (provider === "hypervisor-io") continue;
      const shown = store.state.remoteImages[result?.remoteImageId ?? ""];
      expect(shown, provider).toMatchObject({
        state: "available",
        publishedFrom: { imageId, sha256: image.sha256 },
      });
      expect(shown?.history.at(-1)?.state, provider).toBe("available");
    }
    // Three fetched one object: the last of them emptied the storage, the others saw that it was still needed.
    const empties = results.map(({ stagingEmpty }) => stagingEmpty);
    expect(empties.filter((each) => each === true)).toHaveLength(2);
    expect(await janitor.list(undefined, signal())).toEqual([]);
    for (const { seen } of Object.values(store.state.stagings)) expect(seen).toMatchObject({ objects: 0 });
  });

  it("hands a file over to the operator of a panel and leaves it there", async () => {
    const [id = ""] = await accounts.addPractice("hypervisor-io");
    const [view] = await start([{ accountId: id }]);
    const { handOff, ...result } = resultOf(view);
    expect(result).toMatchObject({ remoteImageId: null, stagingEmpty: null, status: "handed over" });
    const { operatorFolder } = await practice.start();
    expect(await readdir(operatorFolder)).toContain(handOff?.fileName);
    expect(await readFile(join(operatorFolder, handOff?.fileName ?? ""))).toEqual(await readFile(image.path));
    expect(handOff?.text).toContain(image.sha256);
    expect(view?.steps.map(({ status }) => status)).toEqual(view?.steps.map(() => "done"));
    expect(await janitor.clean(undefined, signal())).toEqual([]);
    expect(await readdir(operatorFolder)).toContain(handOff?.fileName);
    // The operator looks at what has lain there for a while, and makes it an image of the panel.
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(join(operatorFolder, handOff?.fileName ?? ""), longAgo, longAgo);
    const seen = () => Object.values(store.state.remoteImages);
    await expect.poll(() => accounts.refresh(id).then(seen), { timeout: 10_000 }).toHaveLength(1);
    expect(seen()).toMatchObject([{ state: "available", publishedFrom: { imageId, sha256: image.sha256 } }]);
  });

  it("knows the same content again, and publishes it again on purpose", async () => {
    const [id = ""] = await accounts.addPractice("digitalocean");
    resultOf((await start([{ accountId: id }]))[0]);
    const [again] = await start([{ accountId: id }]);
    expect(again?.error).toMatchObject({ code: "already-exists" });
    const [planned] = await plans([{ accountId: id }]);
    expect(planned?.same).toHaveLength(1);
    expect(planned?.notes[0]).toMatchObject({ blocks: true });
    expect((await plans([{ accountId: id }], true))[0]?.notes[0]?.blocks).toBe(false);
    resultOf((await start([{ accountId: id }], true))[0]);
    expect(Object.keys(store.state.remoteImages)).toHaveLength(2);
  });

  it("brings an image to more regions, and renames and deletes it by its typed name", async () => {
    const [id = ""] = await accounts.addPractice("digitalocean");
    const destination = DestinationSchema.parse({
      accountId: id,
      region: "fra1",
      moreRegions: ["ams3", "nyc3"],
    });
    const [view] = await start([destination]);
    const { regions, remoteImageId } = resultOf(view);
    expect(regions.toSorted()).toEqual(["ams3", "fra1", "nyc3"]);
    const ref = remoteImageId ?? "";
    await remote.rename(ref, { name: "renamed" }, signal());
    expect(store.state.remoteImages[ref]?.name).toBe("renamed");
    await expect(remote.delete(ref, "golden", signal())).rejects.toMatchObject({ code: "bad-input" });
    await remote.delete(ref, "renamed", signal());
    await accounts.refresh(id);
    expect(store.state.remoteImages[ref]).toBeUndefined();
  });

  it("takes what lies at an address already, and uploads nothing", async () => {
    const [id = ""] = await accounts.addPractice("digitalocean");
    const staging = await stagings.open(accounts.view(id).stagingId ?? "");
    const own = await staging.upload({
      key: "mine.qcow2",
      path: image.path,
      sizeBytes: image.fileBytes,
      contentType: "application/octet-stream",
      resume: null,
      onUploadId: async () => {},
      onProgress: () => {},
      signal: signal(),
    });
    const [view] = await start([{ accountId: id, sourceUrl: own.publicUrl }]);
    expect(resultOf(view)).toMatchObject({ uploadedBytes: 0, stagingEmpty: null });
    const [wrong] = await start([{ accountId: id, sourceUrl: `${own.publicUrl}-not` }], true);
    expect(wrong?.error).toMatchObject({ code: "staging-failed" });
    expect((await staging.list("mine", signal())).map(({ key }) => key)).toEqual(["mine.qcow2"]);
  });

  it("plans the format that each account would take, and holds back one that it would not", async () => {
    const [digitalocean = ""] = await accounts.addPractice("digitalocean");
    const [contabo = ""] = await accounts.addPractice("contabo");
    image = { ...image, format: "raw", archive: "gzip" };
    const [asItIs, converted] = await plans([{ accountId: digitalocean }, { accountId: contabo }]);
    expect(asItIs).toMatchObject({ convert: null, uploadBytes: image.fileBytes });
    expect(converted).toMatchObject({ convert: "qcow2-zlib", uploadBytes: null, sharesWith: null });
    const [chosen, refused] = await plans([
      { accountId: digitalocean, format: "qcow2-zlib" },
      { accountId: contabo, format: "raw-gzip" },
    ]);
    expect(chosen).toMatchObject({ convert: "qcow2-zlib", notes: [{ blocks: false }] });
    expect(refused?.notes[0]).toMatchObject({
      blocks: true,
      text: expect.stringContaining("does not take this image as a raw disk in gzip"),
    });
    const wrong = start([{ accountId: digitalocean }, { accountId: contabo, format: "raw-gzip" }]);
    await expect(wrong).rejects.toMatchObject({ code: "bad-input" });
    expect(store.state.jobs).toEqual({});
  });

  it("starts nothing when one of several cannot work", async () => {
    const [oci = "", first = ""] = [
      (await accounts.addPractice("oci"))[0],
      (await accounts.addPractice("digitalocean"))[0],
    ];
    const stagingId = accounts.view(first).stagingId;
    const destinations = [{ accountId: first }, { accountId: oci, stagingId }];
    await expect(start(destinations)).rejects.toMatchObject({ code: "bad-input" });
    expect(store.state.jobs).toEqual({});
    const [, planned] = await plans(destinations);
    expect(planned?.notes[0]).toMatchObject({ blocks: true });
    await expect(stagings.remove(stagingId ?? "")).rejects.toMatchObject({ code: "bad-input" });
  });
});
