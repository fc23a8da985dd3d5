import { AppError } from "#core/lib/app-error.ts";
import type { Ports } from "#ports/ports.ts";
import type { StagingStore } from "#staging/staging-store.ts";
import { emptyPlace } from "./empty-place.ts";
import { createSharedWork, type SharedWork } from "./shared-upload.ts";
import type { StagedState } from "./staged-record.ts";
import { createStagingLedger, type LedgerEntry } from "./staging-ledger.ts";

/** A file that is wanted on a storage. */
export interface WantedObject {
  readonly stagingId: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly place: { readonly prefix: string; readonly key: string };
  /** false: a place of its own that nobody else uses (a hand-off stays where it is put). */
  readonly share: boolean;
}

/**
 * The objects that publishes have on staging storages. Each is written down before it exists, belongs to the jobs
 * that claimed it, and is removed when the last of them lets go of it. Jobs that want the same content on the same
 * storage share one object.
 */
export interface StagingDesk {
  /** Claims an object for a job, an existing one if there is one of this content. Answers its id. */
  claim(jobId: string, wanted: WantedObject): Promise<string>;
  /** The object, if this job still claims it. */
  find(objectId: string, jobId: string): Promise<StagedState | null>;
  /**
   * Uploads the file unless the object is there; only one job at a time does, the others wait. Answers whether this
   * call did.
   */
  provide(
    objectId: string,
    options: {
      path: string;
      onWait: () => void;
      onProgress: (doneBytes: number, totalBytes: number) => void;
      signal: AbortSignal;
    },
  ): Promise<boolean>;
  /** Lets everybody who knows its address read it, for this job's sake; null: nobody serves the place by HTTP. */
  expose(objectId: string, jobId: string, signal: AbortSignal): Promise<string | null>;
  /** Ends that, unless another job still needs it. */
  conceal(objectId: string, jobId: string): Promise<void>;
  /** Of the storage that the object lies on. */
  store(objectId: string): Promise<StagingStore>;
  /**
   * The job needs it no more. Removes it when nobody does, and looks that nothing is left: true. null: another
   * job still needs it. May be called again.
   */
  release(objectId: string, jobId: string): Promise<boolean | null>;
  /** The job ends and the object stays: it is somebody else's now. */
  handOver(objectId: string): Promise<void>;
  /** What is written down of every object, those of other copies of the app too. */
  all(): Promise<{ id: string; state: StagedState }[]>;
  close(): Promise<void>;
}

interface Held {
  readonly entry: LedgerEntry;
  readonly upload: SharedWork;
  /** Calls that change the object's place or access, one after the other. */
  tail: Promise<unknown>;
  /** Staged in an earlier life of the app: look before relying on it. */
  doubtful: boolean;
  leaving: boolean;
}

const lookTimeoutMs = 60_000;

export function createStagingDesk(deps: {
  ports: Ports;
  open: (stagingId: string) => Promise<StagingStore>;
}): StagingDesk {
  const { ports, open } = deps;
  const nowIso = (): string => ports.clock.nowIso();
  const ledger = createStagingLedger(ports);
  const held = new Map<string, Held>();
  const opening = new Map<string, Promise<LedgerEntry | null>>();
  let claiming: Promise<unknown> = Promise.resolve();

  function hold(entry: LedgerEntry, doubtful: boolean): Held {
    const made: Held = {
      entry,
      upload: createSharedWork(),
      tail: Promise.resolve(),
      doubtful,
      leaving: false,
    };
    held.set(entry.id, made);
    return made;
  }

  /** null: it is gone, or another copy of the app works with it. */
  async function lookUp(id: string): Promise<Held | null> {
    const known = held.get(id);
    if (known !== undefined) return known;
    const work = opening.get(id) ?? ledger.open(id).finally(() => opening.delete(id));
    opening.set(id, work);
    const entry = await work;
    return entry === null ? null : (held.get(id) ?? hold(entry, true));
  }

  async function mustHold(id: string): Promise<Held> {
    const found = await lookUp(id);
    if (found !== null) return found;
    throw new AppError("not-found", "The staged object is not there any more", { retry: "now" });
  }

  /** A damaged log is left alone and told; it must not keep the others from being read. */
  async function peek(id: string): Promise<StagedState | null> {
    try {
      return await ledger.peek(id);
    } catch (error) {
      ports.log.warn("a staging log could not be read", { id, error: AppError.from(error).message });
      return null;
    }
  }

  function inOrder<T>(object: Held, work: () => Promise<T>): Promise<T> {
    const done = object.tail.then(work);
    object.tail = done.catch(() => {});
    return done;
  }

  async function sameContent({ stagingId, sha256 }: WantedObject): Promise<Held | null> {
    const isSame = ({ object }: StagedState): boolean =>
      object.stagingId === stagingId && object.sha256 === sha256 && object.prefix.startsWith("goldsmith/");
    for (const each of held.values()) if (!each.leaving && isSame(each.entry.state())) return each;
    for (const id of await ledger.ids()) {
      const state = held.has(id) ? null : await peek(id);
      if (state !== null && isSame(state)) {
        const found = await lookUp(id);
        if (found !== null) return found;
      }
    }
    return null;
  }

  async function claimNow(jobId: string, wanted: WantedObject): Promise<string> {
    const { stagingId, sha256, sizeBytes, place } = wanted;
    for (;;) {
      const found =
        (wanted.share ? await sameContent(wanted) : null) ??
        hold(await ledger.create({ stagingId, sha256, sizeBytes, ...place }), false);
      const claimed = await inOrder(found, async () => {
        if (found.leaving) return false; // its last job let go of it just now
        await found.entry.append({ type: "claimed", jobId, at: nowIso() });
        return true;
      });
      if (claimed) return found.entry.id;
    }
  }

  /** An object of an earlier life may have been removed by hand, or by a rule of the storage. */
  async function settleDoubt(object: Held): Promise<void> {
    if (!object.doubtful) return;
    const { staged, object: written } = object.entry.state();
    if (staged) {
      const store = await open(written.stagingId);
      const listed = await store.list(written.key, AbortSignal.timeout(lookTimeoutMs));
      const there = listed.some(
        ({ key, sizeBytes }) => key === written.key && sizeBytes === written.sizeBytes,
      );
      if (!there) await object.entry.append({ type: "lost", at: nowIso() });
    }
    object.doubtful = false;
  }

  return {
    claim(jobId, wanted) {
      const done = claiming.then(() => claimNow(jobId, wanted));
      claiming = done.catch(() => {});
      return done;
    },

    async find(objectId, jobId) {
      const state = (await lookUp(objectId))?.entry.state() ?? null;
      return state?.jobIds.includes(jobId) === true ? state : null;
    },

    async provide(objectId, { path, onWait, onProgress, signal }) {
      const found = await mustHold(objectId);
      await inOrder(found, () => settleDoubt(found));
      const { entry } = found;
      let uploadedHere = false;
      await found.upload.provide({
        isDone: () => entry.state().staged,
        onWait,
        onProgress,
        signal,
        work: async (report) => {
          const { object, uploadId } = entry.state();
          const uploaded = await (
            await open(object.stagingId)
          ).upload({
            key: object.key,
            path,
            sizeBytes: object.sizeBytes,
            contentType: "application/octet-stream",
            access: "private",
            resume: uploadId === null ? null : { uploadId },
            onUploadId: (id) => entry.append({ type: "upload", uploadId: id, at: nowIso() }),
            onProgress: report,
            signal,
          });
          if (uploaded.sha256 !== object.sha256) {
            throw new AppError("verify-failed", "The image file changed since its checksum was taken", {
              hint: "Nothing was published. Compact the machine again or check the disk, then publish again.",
              details: { expected: object.sha256, uploaded: uploaded.sha256 },
            });
          }
          await entry.append({ type: "staged", at: nowIso() });
          uploadedHere = true;
        },
      });
      return uploadedHere;
    },

    async expose(objectId, jobId, signal) {
      const found = await mustHold(objectId);
      return inOrder(found, async () => {
        const { object } = found.entry.state();
        await found.entry.append({ type: "exposed", jobId, at: nowIso() });
        return (await open(object.stagingId)).expose(object.key, object.sizeBytes, signal);
      });
    },

    async conceal(objectId, jobId) {
      const found = await lookUp(objectId);
      if (found === null || !found.entry.state().staged) return;
      await inOrder(found, async () => {
        const { object, exposedFor } = found.entry.state();
        if (exposedFor.every((each) => each === jobId)) {
          await (await open(object.stagingId)).conceal(object.key, AbortSignal.timeout(lookTimeoutMs));
        }
        if (exposedFor.includes(jobId)) {
          await found.entry.append({ type: "concealed", jobId, at: nowIso() });
        }
      });
    },

    async store(objectId) {
      return open((await mustHold(objectId)).entry.state().object.stagingId);
    },

    async release(objectId, jobId) {
      const found = await lookUp(objectId);
      if (found === null) return (await ledger.peek(objectId)) === null ? true : null;
      return inOrder(found, async () => {
        const { entry } = found;
        if (entry.state().jobIds.includes(jobId)) {
          await entry.append({ type: "released", jobId, at: nowIso() });
        }
        if (entry.state().jobIds.length > 0) return null;
        found.leaving = true;
        const { object } = entry.state();
        await emptyPlace(await open(object.stagingId), object);
        held.delete(objectId);
        await entry.forget();
        return true;
      });
    },

    async handOver(objectId) {
      const found = await lookUp(objectId);
      held.delete(objectId);
      await found?.entry.forget();
    },

    async all() {
      const list = [];
      for (const id of await ledger.ids()) {
        const state = held.get(id)?.entry.state() ?? (await peek(id));
        if (state !== null) list.push({ id, state });
      }
      return list;
    },

    async close() {
      const all = [...held.values()];
      held.clear();
      for (const { entry, tail } of all) {
        await tail.catch(() => {});
        await entry.close();
      }
    },
  };
}
