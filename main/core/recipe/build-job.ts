import { z } from "zod";
import { DisplayNameSchema } from "#contract/machine.ts";
import type { PublishResult } from "#contract/publish.ts";
import { BuildResultSchema } from "#contract/recipe.ts";
import type { CheckReport, Subject } from "#contract/report.ts";
import type { GuestAccess } from "#core/guest/guest-access.ts";
import { assertBootableIso } from "#core/image/installer-iso.ts";
import { defineJob, type JobContext, type JobDefinition } from "#core/job/job-context.ts";
import type { Jobs } from "#core/job/runner.ts";
import { AppError } from "#core/lib/app-error.ts";
import { newId } from "#core/library/new-id.ts";
import type { Machines } from "#core/machine/machines.ts";
import type { Ports } from "#ports/ports.ts";
import { afterwards, type AfterwardsDeps } from "./afterwards.ts";
import { machineOf, type IsoSource } from "./build-machine.ts";
import { partsAfter, planBuild } from "./build-plan.ts";
import { buildStage, StageEndSchema, type BuildMachine, type StageEnd } from "./build-stage.ts";
import { parseRecipe } from "./read-recipe.ts";
import type { PlacedStep } from "./recipe.ts";
import { readVariables } from "./recipe-secrets.ts";
import { mask, substitute } from "./variables.ts";

export const BuildInputSchema = z.object({
  /** Chosen beforehand: screens show the build at its machine, and a resumed one finds it. */
  machineId: z.string(),
  text: z.string(),
  folder: z.string(),
  name: DisplayNameSchema,
  keep: z.boolean(),
  from: z
    .object({ machineId: z.string(), checkpointId: z.string(), name: z.string() })
    .nullable()
    .default(null),
  variables: z.object({ plain: z.record(z.string(), z.string()), secretsName: z.string().nullable() }),
});
type BuildJob = JobDefinition<typeof BuildInputSchema, typeof BuildResultSchema>;

export interface BuildDeps extends AfterwardsDeps {
  ports: Pick<Ports, "clock" | "secrets">;
  machines: Machines;
  guest: GuestAccess;
  jobs: Jobs;
  isos: IsoSource;
  check: (subject: Subject, signal: AbortSignal) => Promise<CheckReport>;
}

const BegunSchema = z.object({ machineId: z.string(), end: StageEndSchema });
const DoneSchema = z.object({});

/** Does what a recipe says, from nothing to a machine, an image, a publish. */
export function createBuildJob(deps: BuildDeps): BuildJob {
  return defineJob({
    kind: "build",
    input: BuildInputSchema,
    output: BuildResultSchema,
    afterCrash: "resume",
    title: ({ name }) => `Build ${name}`,
    subject: ({ machineId }) => ({ machineId }),
    steps: ({ text, keep, from }) => {
      const parts = partsAfter(planBuild(parseRecipe(text)), from);
      const image = parts.some(({ name }) => name === "compact");
      return [
        { name: "iso", title: "Installer" },
        { name: "machine", title: "Machine" },
        ...parts.map(({ name, title }) => ({ name, title })),
        ...(image && !keep ? [{ name: "tidy", title: "Remove the machine" }] : []),
      ];
    },
    async run(context, input) {
      const { values, secret } = await readVariables(input.variables, deps.ports.secrets);
      try {
        return await build(deps, context, input, { values, secret });
      } catch (error) {
        const { code, message, hint, details } = mask(pictureOf(AppError.from(error)), secret);
        // Everything can be tried again from the last checkpoint, and until then the machine is kept for a look.
        throw new AppError(code, message, { hint, details, retry: "now" });
      }
    },
  });
}

const pictureOf = ({ code, message, hint, details }: AppError) => ({ code, message, hint, details });

async function build(
  deps: BuildDeps,
  context: JobContext,
  input: z.output<typeof BuildInputSchema>,
  { values, secret }: { values: Map<string, string>; secret: readonly string[] },
): Promise<z.output<typeof BuildResultSchema>> {
  const { ports, machines, guest } = deps;
  const { signal } = context;
  const startedMs = ports.clock.nowMs();
  const recipe = parseRecipe(input.text);
  const { from, machineId } = input;
  const parts = partsAfter(planBuild(recipe), from);

  const iso = await context.step("iso", z.object({ path: z.string().nullable() }), async (reporter) => ({
    path:
      from === null
        ? await deps.isos.provide(substitute(recipe.head.iso, values), input.folder, { context, reporter })
        : null,
  }));

  context.defer("forgetting the secrets", () => forgetSecrets(), { keepForRetry: true });
  context.defer("powering the machine off", () => powerOff(), { keepForRetry: true });
  values.set("machine.publicKey", await guest.publicKey(machineId));
  const head = substitute(recipe.head, values);
  const begun = await context.step("machine", BegunSchema, async () => {
    if (!exists(machineId)) {
      if (from === null) {
        const wanted = machineOf(head, input.name, iso.path);
        if (iso.path !== null) await assertBootableIso(iso.path, wanted.hardware.firmware);
        await machines.create(wanted, machineId);
      } else await machines.branch(from.machineId, from.checkpointId, { id: machineId, name: input.name });
    }
    const checkpointId = context.recall("beginning", z.string()) ?? newId();
    await context.note("beginning", checkpointId);
    await machines.createCheckpoint(
      machineId,
      {
        id: checkpointId,
        name: from === null ? "0: Empty disk" : `0: As of ${from.name}`.slice(0, 80),
        note: "",
        stage: "machine",
        withMemory: false,
      },
      { signal },
    );
    const end: StageEnd = { checkpointId, asOfByte: 0, running: false, channel: "console" };
    return { machineId, end };
  });

  const onMachine: BuildMachine = { machines, machineId, session: null, isCurrent: false };
  const prepare = (one: PlacedStep): PlacedStep => substitute(one, values);
  const isSecret = (text: string): boolean => secret.some((value) => value !== "" && text.includes(value));
  const checkpoints = [begun.end.checkpointId];
  let end = begun.end;
  let imageId: string | null = null;
  const published: PublishResult[] = [];
  try {
    for (const part of parts) {
      if (part.kind === "afterwards") {
        const step = prepare(part.step) as typeof part.step;
        const made = await afterwards({ ...part, step }, { machineId, imageId }, deps, context);
        imageId = made.imageId;
        if (made.published !== null) published.push(made.published);
        continue;
      }
      const before = end;
      const world = { guest, folder: input.folder, isSecret };
      end = await context.step(part.name, StageEndSchema, (reporter) =>
        buildStage(part, before, onMachine, context, { reporter, world, prepare }),
      );
      checkpoints.push(end.checkpointId);
    }
  } finally {
    await onMachine.session?.[Symbol.asyncDispose]();
  }
  if (imageId !== null && !input.keep) {
    await context.step("tidy", DoneSchema, async () => {
      await powerOff();
      if (exists(machineId)) await machines.delete(machineId);
      await guest.forgetMachine(machineId);
      return {};
    });
  }
  await forgetSecrets();
  return {
    machineId,
    imageId,
    checkpoints,
    published,
    elapsedMs: Math.round(ports.clock.nowMs() - startedMs),
  };

  function exists(id: string): boolean {
    try {
      return machines.view(id).id === id;
    } catch {
      return false;
    }
  }

  async function powerOff(): Promise<void> {
    if (exists(machineId)) await machines.forceOff(machineId);
  }

  async function forgetSecrets(): Promise<void> {
    const { secretsName } = input.variables;
    if (secretsName !== null) await ports.secrets.remove(secretsName);
  }
}
