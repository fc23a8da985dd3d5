import type { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import type { Clock } from "#ports/ports.ts";
import type { JobEvent, JournalRecord } from "./events.ts";
import type { JobContext, StepReporter } from "./job-context.ts";
import type { Journal } from "./journal.ts";
import { createProgressMeter } from "./progress-meter.ts";

interface Deferred {
  label: string;
  undo: () => Promise<void>;
  keepForRetry: boolean;
  undoes: string | null;
}

interface AttemptDeps {
  jobId: string;
  folder: string;
  journal: Journal;
  clock: Clock;
  signal: AbortSignal;
  /** Shows an event to the world; records are journalled by the attempt first. */
  emit: (event: JobEvent) => void;
}

const reportEveryMs = 250;

/** One run of a job's code over its journal. */
export class Attempt implements JobContext {
  readonly #deps: AttemptDeps;
  #deferred: Deferred[] = [];
  readonly #entered = new Set<string>();

  constructor(deps: AttemptDeps) {
    this.#deps = deps;
  }

  get jobId(): string {
    return this.#deps.jobId;
  }
  get folder(): string {
    return this.#deps.folder;
  }
  get signal(): AbortSignal {
    return this.#deps.signal;
  }

  async step<S extends z.ZodType>(
    name: string,
    schema: S,
    run: (reporter: StepReporter, signal: AbortSignal) => Promise<z.output<S>>,
  ): Promise<z.output<S>> {
    if (this.#entered.has(name)) throw new AppError("internal", `Step ${name} was entered twice`);
    this.#entered.add(name);
    const known = this.#journalled(name);
    if (known !== null) return schema.parse(known.value);
    this.#throwIfAborted();
    await this.#record({ type: "step-started", name, at: this.#now() });
    try {
      const value = schema.parse(await run(this.#reporter(name), this.signal));
      await this.#record({ type: "step-done", name, value, at: this.#now() });
      return value;
    } catch (error) {
      if (!this.signal.aborted) await this.#record({ type: "step-failed", name, at: this.#now() });
      throw error;
    }
  }

  async redo(name: string): Promise<void> {
    if (this.#journalled(name) === null) return;
    await this.#record({ type: "step-undone", name, at: this.#now() });
  }

  note(key: string, value: unknown): Promise<void> {
    return this.#record({ type: "note", key, value });
  }

  recall<S extends z.ZodType>(key: string, schema: S): z.output<S> | null {
    const note = this.#deps.journal.records.findLast(
      (record) => record.type === "note" && record.key === key,
    );
    return note?.type === "note" ? schema.parse(note.value) : null;
  }

  defer(
    label: string,
    undo: () => Promise<void>,
    options: { keepForRetry?: boolean; undoes?: string } = {},
  ): void {
    const { keepForRetry = false, undoes = null } = options;
    this.#deferred.push({ label, undo, keepForRetry, undoes });
  }

  /** Runs the undo registered so far, last first. Answers what could not be undone. */
  async unwind(options: { canRetry: boolean }): Promise<{ label: string; error: AppError }[]> {
    const failures: { label: string; error: AppError }[] = [];
    for (const { label, undo, keepForRetry, undoes } of this.#deferred.toReversed()) {
      if (options.canRetry && keepForRetry) continue;
      try {
        await undo();
        if (undoes !== null) await this.#record({ type: "step-undone", name: undoes, at: this.#now() });
      } catch (error) {
        failures.push({ label, error: AppError.from(error) });
      }
    }
    this.#deferred = [];
    return failures;
  }

  #journalled(name: string): { value: unknown } | null {
    const last = this.#deps.journal.records.findLast(
      (record) => (record.type === "step-done" || record.type === "step-undone") && record.name === name,
    );
    return last?.type === "step-done" ? { value: last.value } : null;
  }

  #reporter(name: string): StepReporter {
    const { clock, emit } = this.#deps;
    const meter = createProgressMeter();
    let shownMs = -Infinity;
    return {
      progress: (doneBytes, totalBytes) => {
        const nowMs = clock.nowMs();
        if (nowMs - shownMs < reportEveryMs && doneBytes !== totalBytes) return;
        shownMs = nowMs;
        emit({ type: "progress", name, progress: meter(doneBytes, totalBytes, nowMs) });
      },
      message: (text) => emit({ type: "message", name, text }),
    };
  }

  async #record(record: JournalRecord): Promise<void> {
    await this.#deps.journal.append(record);
    this.#deps.emit(record);
  }

  #throwIfAborted(): void {
    if (this.signal.aborted) throw new AppError("cancelled", "Cancelled");
  }

  #now(): string {
    return this.#deps.clock.nowIso();
  }
}
