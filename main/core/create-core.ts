import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { homedir } from "node:os";
import { availableParallelism, totalmem } from "node:os";
import type { AcceleratorName } from "#contract/machine.ts";
import type { AppInfo } from "#contract/state.ts";
import { createChecks } from "#core/check/checks.ts";
import { exportReports } from "#core/check/export/export-reports.ts";
import { createCaptureJob } from "#core/capture/capture-job.ts";
import { createCheckpointJob } from "#core/checkpoint/checkpoint-job.ts";
import { createCompactJob } from "#core/compact/compact-job.ts";
import { createDoctor } from "#core/doctor/doctor.ts";
import { createGuestCopyJob } from "#core/guest/copy-job.ts";
import { createGuestAccess } from "#core/guest/guest-access.ts";
import { guestHandlers } from "#core/guest/guest-handlers.ts";
import { createTerminals } from "#core/guest/terminals.ts";
import { createDuplicateJob } from "#core/duplicate/duplicate-job.ts";
import { createImportDiskJob } from "#core/duplicate/import-disk-job.ts";
import { assertBootableIso } from "#core/image/installer-iso.ts";
import { makeAnswers } from "#core/isos/answers/make-answers.ts";
import { createIsos } from "#core/isos/isos.ts";
import { lookAtIso } from "#core/isos/look-iso.ts";
import { createJobs } from "#core/job/runner.ts";
import { AppError } from "#core/lib/app-error.ts";
import { createImages } from "#core/library/images.ts";
import { createMachines } from "#core/machine/machines.ts";
import { createPracticeRunJob } from "#core/practice/practice-run-job.ts";
import { createPractice } from "#core/practice/practice.ts";
import { findAccount } from "#core/recipe/afterwards.ts";
import { createBuildJob } from "#core/recipe/build-job.ts";
import { createIsoSource } from "#core/recipe/build-machine.ts";
import { recipeHandlers } from "#core/recipe/recipe-handlers.ts";
import { createRecordings } from "#core/recipe/recording/recordings.ts";
import { createAccounts } from "#core/publish/accounts/accounts.ts";
import { createPreparedFiles } from "#core/publish/prepare/prepared-files.ts";
import { publishHandlers } from "#core/publish/publish-handlers.ts";
import { createPublishJob } from "#core/publish/publish-job.ts";
import { createRemoteImages } from "#core/publish/remote/remote-images.ts";
import { createJanitor } from "#core/publish/staging/janitor.ts";
import { createStagingDesk } from "#core/publish/staging/staging-desk.ts";
import { createRemoteActions } from "#core/publish/remote/remote-actions.ts";
import { createSpecialActions } from "#core/publish/remote/special-actions.ts";
import { createStagings } from "#core/publish/staging/stagings.ts";
import product from "#package.json" with { type: "json" };
import type { Ports } from "#ports/ports.ts";
import { manifests } from "#providers/manifests.ts";
import { profiles } from "#providers/profiles.ts";
import { agentSocketOf } from "#staging/sftp/sftp-access.ts";
import { createTransferGate } from "#staging/transfer-gate.ts";
import type { Handlers } from "./handlers.ts";
import { createSettings } from "./settings.ts";
import { StateStore } from "./state-store.ts";

export interface Core {
  readonly handlers: Handlers;
  readonly store: StateStore;
  /** Lets go of everything. Guests go on running; running jobs become `interrupted` and can be resumed. */
  close(): Promise<void>;
}

export interface CoreOptions {
  host: AppInfo["host"];
  /** Default: a window stays long enough to resume what a crash interrupted; a short command only tells of it. */
  resumeJobs?: boolean;
  /** Default: the best one that the doctor has proved here. */
  accelerator?: AcceleratorName;
}

const done = {};

/** The composition root: builds every room and joins them to the contract. Read this first. */
export async function createCore(ports: Ports, options: CoreOptions): Promise<Core> {
  const store = new StateStore();
  const { directories } = ports;
  await mkdir(directories.data, { recursive: true });
  store.put("app", "info", {
    version: product.version,
    host: options.host,
    dataDirectory: directories.data,
    platform: process.platform,
    hostCores: availableParallelism(),
    hostMemoryBytes: totalmem(),
  });

  for (const manifest of manifests) store.put("providers", manifest.id, manifest);

  const doctor = createDoctor({ ports, store });
  const images = createImages({ ports, store });
  const isos = createIsos({ ports, store });
  const machines = createMachines({
    ports,
    store,
    accelerator: async (signal) => options.accelerator ?? doctor.accelerator(signal),
    firmware: () => doctor.firmware(),
  });
  const checks = createChecks({ ports, store, machines, images, profiles });
  const practice = createPractice({ ports });
  const world = { home: homedir(), env: process.env, platform: process.platform };
  const gate = createTransferGate(ports.clock);
  const stagings = createStagings({ ports, store, practice, gate, agentSocket: agentSocketOf(process.env) });
  const remoteImages = createRemoteImages({ ports, store });
  const accounts = createAccounts({ ports, store, practice, stagings, remoteImages });
  const desk = createStagingDesk({ ports, open: (stagingId) => stagings.open(stagingId) });
  const janitor = createJanitor({ ports, store, desk, stagings });
  const remote = createRemoteActions({ store, accounts, remoteImages, clock: ports.clock });
  const special = createSpecialActions({ store, accounts, remoteImages });
  const settings = createSettings({
    dataDirectory: directories.data,
    store,
    apply: ({ uploadLimitBytesPerSecond, uploadsPaused }) => {
      gate.setLimit(uploadLimitBytesPerSecond);
      gate.setPaused(uploadsPaused);
    },
  });
  const jobs = createJobs({ ports, store });
  const check = (imageId: string, signal: AbortSignal) => checks.run({ kind: "image", imageId }, signal);

  const checkpoint = createCheckpointJob({ machines });
  const capture = createCaptureJob({ ports, images, machines });
  const duplicate = createDuplicateJob({ machines });
  const importDisk = createImportDiskJob({ ports, machines });
  const compact = createCompactJob({ ports, images, machines });
  const prepared = createPreparedFiles(ports);
  const publish = createPublishJob({
    ports,
    images,
    accounts,
    stagings,
    desk,
    prepared,
    remoteImages,
    check,
  });
  const practiceRun = createPracticeRunJob({
    ports,
    machines,
    images,
    accounts,
    jobs,
    compact,
    publish,
    check: (subject, signal) => checks.run(subject, signal),
  });

  const guest = createGuestAccess({ ports, machines, folder: join(directories.data, "guests") });
  const guestCopy = createGuestCopyJob({ machines, guest });
  const terminals = createTerminals({ guest, host: ports.terminals, folder: (id) => machines.folder(id) });
  const recordings = createRecordings({ machines });
  const accountOf = (nameOrId: string): string => findAccount(Object.values(store.state.accounts), nameOrId);
  const build = createBuildJob({
    ports,
    machines,
    guest,
    jobs,
    compact,
    publish,
    isos: createIsoSource({ isos, jobs, ports, cache: join(directories.cache, "isos") }),
    check: (subject, signal) => checks.run(subject, signal),
    findAccount: accountOf,
  });

  await images.load();
  await isos.load();
  await machines.load();
  await settings.load();
  await stagings.load();
  await accounts.load();
  await remoteImages.load();
  await jobs.load(
    [
      checkpoint,
      capture,
      duplicate,
      importDisk,
      compact,
      publish,
      practiceRun,
      isos.downloadJob,
      guestCopy,
      build,
    ],
    {
      resume: options.resumeJobs ?? options.host !== "cli",
    },
  );

  const closing = new AbortController();
  const sweeping = Promise.all([janitor.sweep(), prepared.prune()])
    .catch((error: unknown) => {
      ports.log.warn("the staging storages could not be cleaned", { error: String(error) });
    })
    .then(() => janitor.watch(closing.signal));

  const handlers: Handlers = {
    ...guestHandlers({ guest, terminals, copy: guestCopy, jobs }),
    ...recipeHandlers({ secrets: ports.secrets, machines, jobs, build, recordings, findAccount: accountOf }),
    "state.watch": (_, signal) => store.watch(signal),

    "doctor.run": ({ fresh }, signal) => doctor.run({ fresh }, signal),

    "machines.create": async (input) => {
      if (input.isoPath !== null) await assertBootableIso(input.isoPath, input.hardware.firmware);
      return { machineId: await machines.create(input) };
    },
    "machines.start": async ({ machineId, overcommit }, signal) => {
      await machines.start(machineId, { signal, overcommit });
      return done;
    },
    "machines.powerButton": async ({ machineId }) => {
      await machines.powerButton(machineId);
      return done;
    },
    "machines.reset": async ({ machineId }) => {
      await machines.reset(machineId);
      return done;
    },
    "machines.resume": async ({ machineId }) => {
      await machines.resume(machineId);
      return done;
    },
    "machines.forceOff": async ({ machineId }) => {
      await machines.forceOff(machineId);
      return done;
    },
    "machines.eject": async ({ machineId }) => {
      await machines.eject(machineId);
      return done;
    },
    "machines.insert": async ({ machineId, isoPath }) => {
      await assertBootableIso(isoPath, machines.view(machineId).hardware.firmware);
      await machines.insert(machineId, isoPath);
      return done;
    },
    "machines.delete": async ({ machineId }) => {
      await machines.delete(machineId);
      await guest.forgetMachine(machineId);
      checks.dismiss(`machine:${machineId}`);
      return done;
    },

    "machines.change": async ({ machineId, ...change }) => {
      await machines.change(machineId, change);
      return done;
    },
    "machines.duplicate": async (input) => ({ jobId: await jobs.start(duplicate, input) }),
    "machines.importDisk": async (input) => ({ jobId: await jobs.start(importDisk, input) }),
    "machines.reveal": async ({ machineId }) => {
      await ports.desktop.reveal(machines.folder(machineId));
      return done;
    },
    "machines.suspend": async (input) => ({
      jobId: await jobs.start(checkpoint, { op: "suspend", ...input }),
    }),
    "machines.discardMemory": async ({ machineId }) => {
      await machines.discardMemory(machineId);
      return done;
    },

    "machines.capture": async (input) => ({ jobId: await jobs.start(capture, input) }),
    "machines.screenshot": async ({ machineId }) => ({
      pngBase64: Buffer.from(await machines.screenshot(machineId)).toString("base64"),
    }),
    "display.read": ({ machineId, connectionId }, signal) =>
      machines.readDisplay(machineId, connectionId, signal),
    "display.write": async ({ connectionId, base64 }) => {
      await machines.writeDisplay(connectionId, Buffer.from(base64, "base64"));
      return done;
    },

    "checkpoints.create": async (input) => ({
      jobId: await jobs.start(checkpoint, { op: "create", ...input }),
    }),
    "checkpoints.restore": async (input) => ({
      jobId: await jobs.start(checkpoint, { op: "restore", ...input }),
    }),
    "checkpoints.branch": async (input) => ({
      jobId: await jobs.start(checkpoint, { op: "branch", ...input }),
    }),
    "checkpoints.delete": async (input) => ({
      jobId: await jobs.start(checkpoint, { op: "delete", ...input }),
    }),

    "console.read": ({ machineId, fromByte }, signal) => machines.console(machineId).read(fromByte, signal),
    "console.sendBreak": async ({ machineId }) => {
      await machines.console(machineId).sendBreak();
      return done;
    },

    "check.run": ({ subject }, signal) => checks.run(subject, signal),
    "check.dismiss": async ({ key }) => {
      checks.dismiss(key);
      return done;
    },

    "check.progress": ({ key }, signal) => checks.progress(key, signal),
    "check.export": async ({ key, format }) => {
      const report = store.state.reports[key];
      if (report === undefined) throw new AppError("not-found", "This report is not there any more");
      return exportReports([report], format, { productVersion: product.version });
    },

    "images.compact": async (input) => ({ jobId: await jobs.start(compact, input) }),
    "images.change": async ({ imageId, ...change }) => {
      await images.change(imageId, change);
      return done;
    },
    "images.reveal": async ({ imageId }) => {
      await ports.desktop.reveal(images.view(imageId).path);
      return done;
    },

    "isos.look": ({ path }) => lookAtIso(path),
    "isos.download": async (input) => ({ jobId: await jobs.start(isos.downloadJob, input) }),
    "isos.addOwn": async ({ path }) => ({ isoId: await isos.addOwn(path) }),
    "isos.remove": async ({ isoId }) => {
      await isos.remove(isoId);
      return done;
    },
    "isos.answers": async ({ kind, form }) => makeAnswers(kind, form),

    "images.delete": async ({ imageId }) => {
      await images.delete(imageId);
      return done;
    },

    ...publishHandlers({
      store,
      images,
      accounts,
      stagings,
      janitor,
      remote,
      special,
      jobs,
      publish,
      settings: () => settings.current(),
      check,
      world,
    }),

    "settings.limitForNow": async ({ bytesPerSecond }) => {
      settings.limitForNow(bytesPerSecond);
      return done;
    },
    "settings.change": async (changes) => {
      await settings.change(changes);
      return done;
    },
    "practice.run": async (input) => ({ jobId: await jobs.start(practiceRun, input) }),

    "jobs.cancel": async ({ jobId }) => {
      await jobs.cancel(jobId);
      return done;
    },
    "jobs.retry": async ({ jobId }) => {
      await jobs.retry(jobId);
      return done;
    },
    "jobs.dismiss": async ({ jobId }) => {
      await jobs.dismiss(jobId);
      return done;
    },

    "notices.dismiss": async ({ noticeId }) => {
      store.remove("notices", noticeId);
      return done;
    },
  };

  return {
    handlers,
    store,
    async close() {
      await jobs.close();
      terminals.closeAll();
      await recordings.close();
      closing.abort();
      await sweeping;
      await desk.close();
      await remoteImages.close();
      await machines.close();
      await practice.close();
    },
  };
}
