import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import type { JobKind, JobView } from "#contract/job.ts";
import { AppError } from "#core/lib/app-error.ts";
import { newId } from "#core/library/new-id.ts";
import { acquireLock, lockOwner } from "#core/library/owner-lock.ts";
import type { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import { Attempt } from "./attempt.ts";
import type { JobEvent, JournalRecord } from "./events.ts";
import type { JobDefinition } from "./job-context.ts";
import { openJournal, readJournal, type Journal } from "./journal.ts";
import { initialView, isEnded, reduceJob } from "./reducer.ts";

/** Jobs of one kind that run at once unless it says otherwise; more wait as `queued`. A job can wait for another kind. */
const runningPerKind = 2;

export interface Jobs {
  /** Journals and queues a job; answers its id at once. A job that starts another chooses and notes the id first. */
  start<I extends z.ZodType, O extends z.ZodType>(
    definition: JobDefinition<I, O>,
    input: z.input<I>,
    options?: { id?: string },
  ): Promise<string>;
  cancel(id: string): Promise<void>;
  /** Runs a failed, cancelled or interrupted job again. Finished steps are kept. */
  retry(id: string): Promise<void>;
  /** Forgets an ended or interrupted job; what it left for a retry is undone first. */
  dismiss(id: string): Promise<void>;
  /** Reads the journals. With `resume`, interrupted jobs whose definition says so go on by themselves. */
  load(definitions: readonly JobDefinition[], options: { resume: boolean }): Promise<void>;
  /** Waits for an ended or interrupted job. */
  waitFor(id: string, signal?: AbortSignal): Promise<JobView>;
  /** The job as it stands, or null when there is none. */
  find(id: string): JobView | null;
  /** Tells every change of a job until the answered function is called. */
  observe(id: string, listener: (view: JobView) => void): () => void;
  /** Stops without undoing: what runs is `interrupted` and can be resumed by the next start. */
  close(): Promise<void>;
}

interface Live {
  abort: AbortController;
  finished: Promise<void>;
}

export function createJobs(deps: { ports: Ports; store: StateStore }): Jobs {
  const { ports, store } = deps;
  const { clock, directories, processes, log } = ports;
  const definitions = new Map<JobKind, JobDefinition>();
  const live = new Map<string, Live>();
  const waiting: { kind: JobKind; go: () => void }[] = [];
  const runningByKind = new Map<JobKind, number>();
  const listeners = new Set<(view: JobView) => void>();
  let closing = false;

  const folderOf = (id: string): string => join(directories.data, "jobs", id);
  const journalOf = (id: string): string => join(folderOf(id), "journal.jsonl");
  const lockOf = (id: string): string => join(folderOf(id), "owner.json");

  function viewOf(id: string): JobView {
    const view = store.state.jobs[id];
    if (view === undefined) throw new AppError("not-found", `There is no job ${id}`);
    return view;
  }

  function emit(id: string, event: JobEvent): void {
    const before = viewOf(id);
    const after = reduceJob(before, event);
    if (after === before) return;
    store.put("jobs", id, after);
    for (const listener of listeners) listener(after);
  }

  function definitionOf(view: JobView): JobDefinition {
    const definition = definitions.get(view.kind);
    if (definition === undefined) throw new AppError("internal", `No definition for job kind ${view.kind}`);
    return definition;
  }

  /** A job whose end was just shown may still be closing its journal. */
  async function settle(id: string): Promise<void> {
    if (isEnded(viewOf(id).status)) await live.get(id)?.finished;
  }

  /** Waits for a free place; an abort goes ahead without waiting, since all that is left to do is to undo. */
  async function takeSlot(
    { kind, atOnce = runningPerKind }: JobDefinition,
    signal: AbortSignal,
  ): Promise<() => void> {
    if ((runningByKind.get(kind) ?? 0) >= atOnce) {
      await new Promise<void>((go) => {
        const waiter = { kind, go };
        waiting.push(waiter);
        signal.addEventListener("abort", () => {
          const index = waiting.indexOf(waiter);
          if (index >= 0) waiting.splice(index, 1);
          go();
        });
      });
    }
    runningByKind.set(kind, (runningByKind.get(kind) ?? 0) + 1);
    return () => {
      runningByKind.set(kind, (runningByKind.get(kind) ?? 1) - 1);
      const next = waiting.findIndex((waiter) => waiter.kind === kind);
      if (next >= 0) waiting.splice(next, 1)[0]?.go();
    };
  }

  /** Starts the job's code in the background. The lock is taken before this returns. */
  async function launch(definition: JobDefinition, id: string, mode: "run" | "undo"): Promise<void> {
    if (live.has(id)) throw new AppError("already-exists", "The job is running");
    const abort = new AbortController();
    if (mode === "undo") abort.abort(new AppError("cancelled", "Cancelled"));
    // Live before anything is awaited: two that launch it at once would both find the lock their own.
    const begun = Promise.withResolvers<void>();
    live.set(id, { abort, finished: begun.promise });
    let release = (): Promise<void> => Promise.resolve();
    let journal: Journal;
    try {
      release = await acquireLock(lockOf(id), processes);
      journal = await openJournal(journalOf(id));
    } catch (error) {
      await release();
      live.delete(id);
      begun.resolve();
      throw error;
    }
    begun.resolve(work());

    async function work(): Promise<void> {
      try {
        await (mode === "undo" ? execute() : queueAndExecute());
      } catch (error) {
        log.warn("job ended badly", { id, error: String(error) });
      }
      await journal[Symbol.asyncDispose]();
      await release();
      live.delete(id);
      const view = store.state.jobs[id];
      if (view !== undefined) for (const listener of listeners) listener(view);
    }

    async function queueAndExecute(): Promise<void> {
      emit(id, { type: "queued" });
      const freeSlot = await takeSlot(definition, abort.signal);
      try {
        if (!closing) await execute();
      } finally {
        freeSlot();
      }
    }

    async function execute(): Promise<void> {
      const created = journal.records[0];
      if (created?.type !== "created")
        throw new AppError("protocol", `The journal of job ${id} has no beginning`);
      const record = async (fact: JournalRecord): Promise<void> => {
        await journal.append(fact);
        emit(id, fact);
      };
      if (mode === "run") await record({ type: "attempt", at: clock.nowIso() });
      const attempt = new Attempt({
        jobId: id,
        folder: folderOf(id),
        journal,
        clock,
        signal: abort.signal,
        emit: (event) => emit(id, event),
      });
      try {
        const output: unknown = await definition.run(attempt, definition.input.parse(created.input));
        await record({ type: "succeeded", result: definition.output.parse(output), at: clock.nowIso() });
      } catch (error) {
        if (closing) return emit(id, { type: "interrupted" });
        const cause = AppError.from(error);
        const cancelled = abort.signal.aborted;
        const failures = await attempt.unwind({ canRetry: !cancelled && cause.retry !== "never" });
        const at = clock.nowIso();
        if (failures.length > 0)
          await record({ type: "failed", error: unwindError(cause, failures).toWire(), at });
        else if (cancelled) await record({ type: "cancelled", at });
        else await record({ type: "failed", error: cause.toWire(), at });
      }
    }
  }

  /** Answers how to resume it, or null when nothing is to be resumed. */
  async function loadOne(id: string, resume: boolean): Promise<(() => Promise<void>) | null> {
    const { records } = await readJournal(journalOf(id));
    const created = records[0];
    // The process died before the first record was on disk: the job was never reported, so nothing is lost.
    if (created === undefined) {
      await rm(folderOf(id), { recursive: true, force: true });
      return null;
    }
    if (created.type !== "created")
      throw new AppError("protocol", `The journal of job ${id} has no beginning`);
    store.put("jobs", id, records.slice(1).reduce<JobView>(reduceJob, initialView(created)));
    if (isEnded(viewOf(id).status)) return null;
    if ((await lockOwner(lockOf(id), processes)) !== null) return null; // another living copy works on it
    emit(id, { type: "interrupted" });
    const definition = definitions.get(created.kind);
    if (!resume || definition?.afterCrash !== "resume") return null;
    return async () => {
      if (live.has(id)) return; // a job that it is a part of was faster
      await launch(definition, id, "run");
      notice(
        id,
        "info",
        `Resumed: ${created.title}`,
        "Goldsmith ended while this was running. Finished steps are kept.",
      );
    };
  }

  function notice(id: string, level: "info" | "warning", title: string, text: string): void {
    store.put("notices", `job-${id}`, { id: `job-${id}`, level, title, text, createdAt: clock.nowIso() });
  }

  return {
    async start(definition, input, options = {}) {
      if (closing) throw new AppError("cancelled", "Goldsmith is closing");
      const parsed: unknown = definition.input.parse(input);
      definitions.set(definition.kind, definition as unknown as JobDefinition);
      const id = options.id ?? newId();
      await mkdir(folderOf(id), { recursive: true });
      const created: JournalRecord = {
        type: "created",
        version: 1,
        id,
        kind: definition.kind,
        title: definition.title(parsed as never),
        subject: definition.subject(parsed as never),
        steps: [
          ...(typeof definition.steps === "function" ? definition.steps(parsed as never) : definition.steps),
        ],
        input: parsed,
        at: clock.nowIso(),
      };
      await using journal = await openJournal(journalOf(id));
      await journal.append(created);
      store.put("jobs", id, initialView(created));
      await launch(definition as unknown as JobDefinition, id, "run");
      return id;
    },

    async cancel(id) {
      const running = live.get(id);
      if (running === undefined) {
        const { status } = viewOf(id);
        if (status === "interrupted") return launch(definitionOf(viewOf(id)), id, "undo");
        throw new AppError("bad-input", `The job is ${status}; there is nothing to cancel`);
      }
      emit(id, { type: "cancel-requested" });
      running.abort.abort(new AppError("cancelled", "Cancelled"));
    },

    async retry(id) {
      await settle(id);
      const view = viewOf(id);
      if (view.status === "succeeded") throw new AppError("bad-input", "The job has succeeded already");
      await launch(definitionOf(view), id, "run");
    },

    async dismiss(id) {
      await settle(id);
      const view = viewOf(id);
      if (live.has(id)) throw new AppError("bad-input", "The job is running", { hint: "Cancel it first." });
      if (view.status === "failed" || view.status === "interrupted") {
        await launch(definitionOf(view), id, "undo");
        await live.get(id)?.finished;
        const after = viewOf(id);
        if (after.status === "failed" && after.error !== null) throw AppError.fromWire(after.error);
      }
      await rm(folderOf(id), { recursive: true, force: true });
      store.remove("jobs", id);
      store.remove("notices", `job-${id}`);
    },

    async load(known, { resume }) {
      for (const definition of known) definitions.set(definition.kind, definition);
      const folder = join(directories.data, "jobs");
      await mkdir(folder, { recursive: true });
      const readable = async <T>(id: string, work: Promise<T>): Promise<T | null> =>
        work.catch((error: unknown) => {
          notice(id, "warning", `Job ${id} could not be read`, AppError.from(error).message);
          return null;
        });
      // All are known before the first goes on: a job finds those that it has started.
      const toResume = new Map<string, () => Promise<void>>();
      for (const id of await readdir(folder)) {
        const resumeIt = await readable(id, loadOne(id, resume));
        if (resumeIt !== null) toResume.set(id, resumeIt);
      }
      for (const [id, resumeIt] of toResume) await readable(id, resumeIt());
    },

    async waitFor(id, signal) {
      const settled = (view: JobView): boolean =>
        (isEnded(view.status) || view.status === "interrupted") && !live.has(id);
      if (settled(viewOf(id))) return viewOf(id);
      return new Promise<JobView>((resolve, reject) => {
        const stop = (): void => {
          listeners.delete(listener);
          signal?.removeEventListener("abort", onAbort);
        };
        const listener = (view: JobView): void => {
          if (view.id !== id || !settled(view)) return;
          stop();
          resolve(view);
        };
        const onAbort = (): void => {
          stop();
          reject(new AppError("cancelled", "Cancelled"));
        };
        listeners.add(listener);
        signal?.addEventListener("abort", onAbort);
        if (signal?.aborted === true) onAbort();
      });
    },

    find: (id) => store.state.jobs[id] ?? null,

    observe(id, listener) {
      const onChange = (view: JobView): void => {
        if (view.id === id) listener(view);
      };
      listeners.add(onChange);
      return () => listeners.delete(onChange);
    },

    async close() {
      closing = true;
      const all = [...live.values()];
      for (const { abort } of all) abort.abort(new AppError("cancelled", "Goldsmith is closing"));
      await Promise.allSettled(all.map(({ finished }) => finished));
    },
  };
}

function unwindError(cause: AppError, failures: { label: string; error: AppError }[]): AppError {
  const list = failures.map(({ label, error }) => `${label}: ${error.message}`).join("; ");
  return new AppError("internal", `${cause.message}. Clean-up is not complete: ${list}`, {
    hint: "Dismiss the job to try the clean-up again.",
    retry: "later",
    details: { ...cause.details, causeCode: cause.code, cleanup: failures.map(({ label }) => label) },
    cause,
  });
}
