import { emptyState, type AppState } from "#contract/state.ts";
import { brokenReport, isoReport, report } from "./sample-report.ts";
import { jobs } from "./sample-jobs.ts";
import { accounts, stagings } from "./sample-accounts.ts";
import { batch } from "./sample-batch.ts";
import { providers } from "./sample-providers.ts";
import { remoteImages } from "./sample-remote.ts";
import { ago, doctor, images, machines, notice } from "./sample-state.ts";
import { checkpoints, isos } from "./sample-workbench.ts";

const byId = <T extends { id: string }>(entries: readonly T[]): Record<string, T> =>
  Object.fromEntries(entries.map((entry) => [entry.id, entry]));

function empty(): AppState {
  return {
    ...emptyState(),
    doctor: { report: doctor },
    providers: byId(providers),
    app: {
      info: {
        version: "0.1.0",
        host: "electron",
        dataDirectory: "/home/mira/.local/share/goldsmith",
        hostCores: 8,
        hostMemoryBytes: 16 * 1024 ** 3,
        platform: "linux",
      },
    },
  };
}

function full(): AppState {
  const reports = [
    report({ kind: "machine", machineId: "m-off" }),
    report({ kind: "image", imageId: "i-web" }),
    report({ kind: "file", path: "/home/mira/Downloads/debian-12-genericcloud-amd64.qcow2" }),
    brokenReport("/home/mira/Downloads/suspicious.qcow2"),
    isoReport("/home/mira/isos/debian-12.5.0-amd64-netinst.iso"),
  ];
  return {
    ...empty(),
    machines: byId(
      Object.values(machines).map((machine) =>
        machine.id === machines.running.id
          ? { ...machine, checkpoints: [...checkpoints], currentCheckpointId: "c3", tags: ["web", "staging"] }
          : machine,
      ),
    ),
    images: byId(Object.values(images)),
    isos: byId(isos),
    jobs: byId(Object.values(jobs)),
    accounts: byId(Object.values(accounts)),
    stagings: byId(stagings),
    remoteImages: byId(remoteImages),
    reports: Object.fromEntries(reports.map((entry) => [entry.key, entry])),
  };
}

/** What the core in memory can begin with. */
export const scenes: Record<string, () => AppState | null> = {
  full,
  empty,
  gone: () => null,
  noticed: () => ({ ...full(), notices: { [notice.id]: notice } }),
  /** Five publishes side by side, uploads slowed down. */
  batch: () => ({
    ...full(),
    jobs: byId(batch),
    settings: {
      settings: { uploadLimitBytesPerSecond: 5 * 1024 ** 2, uploadsPaused: false, prices: {} },
    },
  }),
  practising: () => ({
    ...full(),
    machines: {
      [machines.running.id]: {
        ...machines.running,
        name: "Practice machine 2026-01-01 10:00",
        createdAt: ago(3),
      },
    },
  }),
  fresh: () => ({ ...full(), accounts: {}, remoteImages: {} }),
};
