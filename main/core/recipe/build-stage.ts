import { z } from "zod";
import type { ConsoleSession } from "#core/console/console-session.ts";
import type { JobContext, StepReporter } from "#core/job/job-context.ts";
import { AppError } from "#core/lib/app-error.ts";
import { newId } from "#core/library/new-id.ts";
import type { Machines } from "#core/machine/machines.ts";
import { atStep } from "./at-step.ts";
import type { Stage } from "./build-plan.ts";
import type { PlacedStep } from "./recipe.ts";
import { runStep, type StepWorld } from "./run-step.ts";
import { openStageConsole } from "./stage-console.ts";
import { textsOf } from "./variables.ts";

/** How a stage has left the machine; in the journal. */
export const StageEndSchema = z.object({
  checkpointId: z.string(),
  /** Up to where the transcript tells what the screen showed. */
  asOfByte: z.number(),
  /** The checkpoint has memory: the guest goes on. */
  running: z.boolean(),
  channel: z.enum(["console", "ssh"]),
});
export type StageEnd = z.infer<typeof StageEndSchema>;

/** The machine and console of one attempt of a build, from stage to stage. */
export interface BuildMachine {
  readonly machines: Pick<
    Machines,
    | "start"
    | "view"
    | "powerButton"
    | "waitForPower"
    | "eject"
    | "console"
    | "forceOff"
    | "createCheckpoint"
    | "restoreCheckpoint"
  >;
  readonly machineId: string;
  session: ConsoleSession | null;
  /** The stage before was done by this attempt: the machine stands where it ended. */
  isCurrent: boolean;
}

/**
 * Runs a stage and makes its checkpoint. What an attempt before has begun and not ended is undone by going back to
 * the last checkpoint; a checkpoint that was made and not journalled any more is taken.
 */
export async function buildStage(
  stage: Stage,
  before: StageEnd,
  build: BuildMachine,
  context: JobContext,
  step: {
    reporter: StepReporter;
    world: Omit<
      StepWorld,
      "machines" | "machineId" | "session" | "signal" | "onMessage" | "onProgress" | "channel"
    >;
    prepare: (one: PlacedStep) => PlacedStep;
  },
): Promise<StageEnd> {
  const { machines, machineId } = build;
  const { signal } = context;
  const made = context.recall(`${stage.name}:end`, StageEndSchema.nullable());
  if (made !== null && (await isStillThere(made, build, () => makeCheckpoint(made)))) return made;
  await context.note(`${stage.name}:end`, null);
  const tries = context.recall(`${stage.name}:tries`, z.number()) ?? 0;
  await context.note(`${stage.name}:tries`, tries + 1);
  const fromByte = build.isCurrent
    ? before.asOfByte
    : await goBack(build, before, `${context.jobId}:${stage.name}:${tries}`, signal);
  build.isCurrent = false;
  const world: StepWorld = {
    ...step.world,
    machines,
    machineId,
    signal,
    onMessage: step.reporter.message,
    onProgress: step.reporter.progress,
    channel: before.channel,
    session: async () => (build.session ??= await consoleOf(build, before, fromByte, signal)),
  };
  for (const one of stage.steps) {
    step.reporter.message(stepWords(one));
    await runStep(step.prepare(one), world).catch((error: unknown) => {
      throw atStep(AppError.from(error), one);
    });
  }
  build.session?.markSeen();
  const running = machines.view(machineId).power !== "off" && stage.checkpoint.memory;
  const end: StageEnd = {
    checkpointId: newId(),
    asOfByte: await machines.console(machineId).transcriptBytes(),
    running,
    channel: world.channel,
  };
  await context.note(`${stage.name}:end`, end);
  await makeCheckpoint(end);
  build.isCurrent = true;
  return end;

  async function makeCheckpoint({ checkpointId, running: withMemory }: StageEnd): Promise<void> {
    step.reporter.message("Making a checkpoint");
    const { name, note } = stage.checkpoint;
    const wanted = { id: checkpointId, name, note, stage: stage.name, withMemory };
    await machines.createCheckpoint(machineId, wanted, { signal, onProgress: step.reporter.progress });
  }
}

/**
 * All steps of a stage were done and the process died before its checkpoint was journalled: it exists, or the
 * machine still stands there and it is made now.
 */
async function isStillThere(
  end: StageEnd,
  { machines, machineId }: BuildMachine,
  makeCheckpoint: () => Promise<void>,
): Promise<boolean> {
  const { checkpoints, power } = machines.view(machineId);
  if (checkpoints.some(({ id }) => id === end.checkpointId)) return true;
  if (end.running !== (power === "running")) return false;
  await makeCheckpoint();
  return true;
}

/** As it stands in the recipe, where secrets are only named. */
function stepWords({ name, value }: PlacedStep): string {
  const line = (textsOf(value)[0]?.text ?? "").trim().split("\n")[0] ?? "";
  return line === "" ? name : `${name} ${line.length > 60 ? `${line.slice(0, 59)}…` : line}`;
}

/** Answers from where on the transcript tells what the guest prints from then on. */
async function goBack(build: BuildMachine, to: StageEnd, by: string, signal: AbortSignal): Promise<number> {
  const { machines, machineId } = build;
  await build.session?.[Symbol.asyncDispose]();
  build.session = null;
  await machines.forceOff(machineId);
  await machines.restoreCheckpoint(machineId, to.checkpointId, by);
  const fromByte = await machines.console(machineId).transcriptBytes();
  if (to.running) await machines.start(machineId, { signal });
  return fromByte;
}

/** The screen as it was when the guest's memory was kept, then what comes. */
const consoleOf = (
  { machines, machineId }: BuildMachine,
  at: StageEnd,
  goOnFromByte: number,
  signal: AbortSignal,
): Promise<ConsoleSession> =>
  openStageConsole(machines.console(machineId), {
    asOfByte: at.running ? at.asOfByte : 0,
    goOnFromByte,
    signal,
  });
