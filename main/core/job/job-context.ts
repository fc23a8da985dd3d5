import type { z } from "zod";
import type { JobKind, JobView } from "#contract/job.ts";

/** What a step reports while it runs. Bytes give rate and time left; a message is one line for people. */
export interface StepReporter {
  readonly progress: (doneBytes: number, totalBytes: number | null) => void;
  readonly message: (text: string) => void;
}

/** What the code of a job sees. */
export interface JobContext {
  readonly jobId: string;
  /** A folder of this job's own; removed when the job is dismissed. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /**
   * Runs a step once. Its value is journalled; after a retry or resume the value comes from the journal and
   * `run` is not called. The name must be one of the definition's steps; every step runs at most once.
   */
  step<S extends z.ZodType>(
    name: string,
    schema: S,
    run: (reporter: StepReporter, signal: AbortSignal) => Promise<z.output<S>>,
  ): Promise<z.output<S>>;
  /** Makes a finished step run again: what it made is no longer there. Does nothing for another step. */
  redo(name: string): Promise<void>;
  /** Journals a value before it matters (an upload id, say), so that a later attempt can find it. */
  note(key: string, value: unknown): Promise<void>;
  recall<S extends z.ZodType>(key: string, schema: S): z.output<S> | null;
  /**
   * Undo for what was just made. Runs in reverse order after cancel, discard or failure; with
   * `keepForRetry` not after a failure that can be retried. `undoes` names the step whose journalled value is
   * then void.
   */
  defer(
    label: string,
    undo: () => Promise<void>,
    options?: { keepForRetry?: boolean; undoes?: string },
  ): void;
}

type StepList = readonly { name: string; title: string }[];

export interface JobDefinition<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly kind: JobKind;
  readonly input: Input;
  readonly output: Output;
  /** Name and title of every step, in order; a function where the input decides them. */
  readonly steps: StepList | ((input: z.output<Input>) => StepList);
  /** After a crash: run again by itself, or wait for the user's word. */
  readonly afterCrash: "resume" | "ask";
  /** How many of its kind run at once; default 2. */
  readonly atOnce?: number;
  title(input: z.output<Input>): string;
  subject(input: z.output<Input>): JobView["subject"];
  run(context: JobContext, input: z.output<Input>): Promise<z.output<Output>>;
}

export const defineJob = <I extends z.ZodType, O extends z.ZodType>(definition: JobDefinition<I, O>) =>
  definition;
