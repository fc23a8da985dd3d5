import type { JobView } from "#contract/job.ts";
import type { StagingItem } from "#contract/staging.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import { listOurs } from "./staging-items.ts";
import type { StagedState } from "./staged-record.ts";
import type { StagingDesk } from "./staging-desk.ts";
import type { Stagings } from "./stagings.ts";

/** Looks after what lies on the storages. */
export interface Janitor {
  /** At start, after the jobs are loaded: removes what a crash or an old failure left, and tells of it. */
  sweep(): Promise<void>;
  /** Sweeps again and again until the signal aborts: a day may pass without a start. */
  watch(signal: AbortSignal): Promise<void>;
  /** What lies there of ours, on one storage or on all; looks at the storages themselves. */
  list(stagingId: string | undefined, signal: AbortSignal): Promise<StagingItem[]>;
  /** Removes what no publish needs any more, with `kept` also what waits for a retry; answers it. */
  clean(
    stagingId: string | undefined,
    signal: AbortSignal,
    options?: { kept: boolean },
  ): Promise<StagingItem[]>;
  /** Throws `bad-input` while a publish has something there. */
  assertUnused(stagingId: string): Promise<void>;
}

/** A failed publish that can be retried goes on with what it has uploaded; later than this it begins anew. */
const keptForRetryMs = 24 * 3_600_000;
const sweepEveryMs = 3_600_000;
/** What is not written down here may be another computer's that shares the storage, and under way right now. */
const strangeForMs = 24 * 3_600_000;

export function createJanitor(deps: {
  ports: Ports;
  store: StateStore;
  desk: StagingDesk;
  stagings: Pick<Stagings, "view" | "open" | "saw">;
}): Janitor {
  const { ports, store, desk, stagings } = deps;
  const nowMs = (): number => Date.parse(ports.clock.nowIso());

  const isNeeded = (jobId: string): boolean => needsStaging(store.state.jobs[jobId], nowMs());
  const isUnderWay = (jobId: string): boolean => neededUntilMs(store.state.jobs[jobId]) === Infinity;

  /** What our records say of an object, beside what the storage shows. */
  function known({ jobIds, exposedFor }: StagedState): Pick<StagingItem, "jobIds" | "keptUntil" | "exposed"> {
    const needing = jobIds.filter(isNeeded);
    const untilMs = Math.max(0, ...needing.map((id) => neededUntilMs(store.state.jobs[id])));
    const isKept = needing.length > 0 && Number.isFinite(untilMs);
    return {
      jobIds: needing,
      keptUntil: isKept ? new Date(untilMs).toISOString() : null,
      exposed: exposedFor.length > 0,
    };
  }

  const itemOf = (state: StagedState): StagingItem => ({
    stagingId: state.object.stagingId,
    key: state.object.key,
    kind: state.staged ? "object" : "unfinished-upload",
    sizeBytes: state.staged ? state.object.sizeBytes : null,
    ...known(state),
    createdAt: state.object.at,
  });

  function warn(stagingId: string, error: unknown): void {
    const { message, hint } = AppError.from(error);
    const name = store.state.stagings[stagingId]?.name ?? stagingId;
    const id = `staging-${stagingId}`;
    const title = `${name} could not be cleaned`;
    const text = `${message}. ${hint}`;
    store.put("notices", id, { id, level: "warning", title, text, createdAt: ports.clock.nowIso() });
  }

  /** Lets go of what only ended jobs claim. What fails stays written down and is tried again at the next start. */
  async function removeLeftovers(stagingId?: string, needs = isNeeded): Promise<StagingItem[]> {
    const removed: StagingItem[] = [];
    for (const { id, state } of await desk.all()) {
      const { object, jobIds } = state;
      if ((stagingId !== undefined && stagingId !== object.stagingId) || jobIds.some(needs)) continue;
      try {
        // Nobody may have claimed it yet when the process died.
        for (const jobId of jobIds.length === 0 ? [""] : jobIds) {
          if ((await desk.release(id, jobId)) === true) removed.push(itemOf(state));
        }
      } catch (error) {
        warn(object.stagingId, error);
      }
    }
    return removed;
  }

  async function look(id: string, signal: AbortSignal): Promise<StagingItem[]> {
    const listed = await listOurs(id, await stagings.open(id), signal);
    const written = (await desk.all()).filter(({ state }) => state.object.stagingId === id);
    const items = listed.map((item): StagingItem => {
      const found = written.find(({ state }) => state.object.key === item.key);
      return found === undefined ? item : { ...item, ...known(found.state) };
    });
    await stagings.saw(id, {
      at: ports.clock.nowIso(),
      objects: items.filter(({ kind }) => kind === "object").length,
      unfinished: items.filter(({ kind }) => kind === "unfinished-upload").length,
      bytes: items.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0),
    });
    return items;
  }

  /** On all storages: one that cannot be reached does not keep the others from being looked at. */
  async function each(
    stagingId: string | undefined,
    work: (id: string) => Promise<StagingItem[]>,
  ): Promise<StagingItem[]> {
    if (stagingId !== undefined) return work(stagings.view(stagingId).id);
    const found: StagingItem[] = [];
    for (const id of Object.keys(store.state.stagings)) {
      try {
        found.push(...(await work(id)));
      } catch (error) {
        warn(id, error);
      }
    }
    return found;
  }

  async function removeStrangers(id: string, signal: AbortSignal): Promise<StagingItem[]> {
    const storage = await stagings.open(id);
    const keys = new Set((await desk.all()).map(({ state }) => state.object.key));
    const old = ({ key, createdAt }: StagingItem): boolean =>
      !keys.has(key) && createdAt !== null && nowMs() - Date.parse(createdAt) > strangeForMs;
    const strangers = (await listOurs(id, storage, signal)).filter(old);
    for (const { key, kind } of strangers) {
      await (kind === "object" ? storage.remove(key, signal) : storage.abortUploads(key, signal));
    }
    return strangers;
  }

  async function sweep(): Promise<void> {
    const removed = await removeLeftovers();
    if (removed.length === 0) return;
    const names = [...new Set(removed.map(({ stagingId }) => store.state.stagings[stagingId]?.name ?? ""))];
    const what = removed.length === 1 ? "One upload" : `${removed.length} uploads`;
    store.put("notices", "staging-swept", {
      id: "staging-swept",
      level: "info",
      title: "Staging cleaned",
      text: `${what} that earlier publishes had left on ${names.join(", ")} ${removed.length === 1 ? "was" : "were"} removed.`,
      createdAt: ports.clock.nowIso(),
    });
  }

  return {
    sweep,

    async watch(signal) {
      while (!signal.aborted) {
        try {
          await ports.clock.sleep(sweepEveryMs, signal);
          await sweep();
        } catch (error) {
          if (signal.aborted) return;
          ports.log.warn("the staging storages could not be cleaned", { error: String(error) });
        }
      }
    },

    list: (stagingId, signal) => each(stagingId, (id) => look(id, signal)),

    clean: (stagingId, signal, { kept } = { kept: false }) =>
      each(stagingId, async (id) => {
        const needs = kept ? isUnderWay : isNeeded;
        const removed = [...(await removeLeftovers(id, needs)), ...(await removeStrangers(id, signal))];
        await look(id, signal);
        return removed;
      }),

    async assertUnused(stagingId) {
      const used = (await desk.all()).some(({ state }) => state.object.stagingId === stagingId);
      if (!used) return;
      throw new AppError(
        "bad-input",
        `${stagings.view(stagingId).name} still holds what a publish uploaded`,
        {
          hint: "Wait for the publish or dismiss it, or clean the storage first.",
        },
      );
    },
  };
}

/** Whether a job may still go on with what it has on a storage. */
export const needsStaging = (job: JobView | undefined, nowMs: number): boolean => nowMs < neededUntilMs(job);

/**
 * Until when a job may go on with what it has on a storage, as wall-clock time, so that hours in which the app does not
 * run count as well. Infinity: while it runs or waits to; -Infinity: not at all.
 */
function neededUntilMs(job: JobView | undefined): number {
  switch (job?.status) {
    case undefined:
    case "succeeded":
    case "cancelled":
      return -Infinity;
    case "queued":
    case "running":
    case "cancelling":
      return Infinity;
    case "failed":
      return job.error?.retry === "never" ? -Infinity : restingSinceMs(job) + keptForRetryMs;
    case "interrupted":
      return restingSinceMs(job) + keptForRetryMs;
  }
}

/** An interrupted job had no chance to say when it ended: not before its last step began. */
function restingSinceMs({ endedAt, steps, createdAt }: JobView): number {
  const begun = steps.flatMap(({ startedAt }) => (startedAt === null ? [] : [startedAt]));
  return Math.max(...[endedAt ?? createdAt, ...(endedAt === null ? begun : [])].map((at) => Date.parse(at)));
}
