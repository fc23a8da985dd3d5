import { z } from "zod";
import { PublishResultSchema, type PublishStartSchema } from "#contract/publish.ts";
import type { CheckReport, Subject, SubjectSchema } from "#contract/report.ts";
import { providerIds, providerNames } from "#contract/provider-names.ts";
import type { JobContext, JobDefinition, StepReporter } from "#core/job/job-context.ts";
import type { Jobs } from "#core/job/runner.ts";
import { AppError } from "#core/lib/app-error.ts";
import { runChildJob } from "#core/practice/child-job.ts";
import { atStep } from "./at-step.ts";
import type { Afterwards } from "./build-plan.ts";

export interface AfterwardsDeps {
  readonly jobs: Jobs;
  readonly compact: JobDefinition<
    z.ZodObject<{ subject: typeof SubjectSchema; name: z.ZodOptional<z.ZodString> }>,
    z.ZodObject<{ imageId: z.ZodString }>
  >;
  readonly publish: JobDefinition<typeof PublishStartSchema, typeof PublishResultSchema>;
  readonly check: (subject: Subject, signal: AbortSignal) => Promise<CheckReport>;
  /** The account of this name or id; throws `not-found`. */
  readonly findAccount: (nameOrId: string) => string;
}

const MadeSchema = z.object({
  imageId: z.string().nullable(),
  /** By this step. */
  published: PublishResultSchema.nullable().default(null),
});
export type Made = z.output<typeof MadeSchema>;

/** Checks, compacts or publishes what the stages have made; answers what there is then. */
export async function afterwards(
  { name, step }: Afterwards,
  made: { machineId: string; imageId: string | null },
  deps: AfterwardsDeps,
  context: JobContext,
): Promise<Made> {
  const { machineId, imageId } = made;
  return await context.step(name, MadeSchema, (reporter) =>
    work(reporter).catch((error: unknown) => {
      throw atStep(AppError.from(error), step);
    }),
  );

  async function work(reporter: StepReporter): Promise<Made> {
    const parent = { context, reporter };
    switch (step.name) {
      case "check":
        assertFit(await deps.check({ kind: "machine", machineId }, context.signal), step.value ?? {});
        return { imageId, published: null };
      case "compact": {
        const title = typeof step.value === "string" ? step.value : step.value?.name;
        const input = {
          subject: { kind: "machine", machineId } as const,
          ...(title === undefined ? {} : { name: title }),
        };
        const compacted = await runChildJob(deps.jobs, parent, deps.compact, input, `child:${name}`);
        return { ...compacted, published: null };
      }
      case "publish": {
        if (imageId === null) throw new AppError("internal", "There is no image to publish");
        const { to, name: title, region, override = false } = step.value;
        const input = {
          imageId,
          accountId: deps.findAccount(to),
          override,
          ...(title === undefined ? {} : { name: title }),
          ...(region === undefined ? {} : { region }),
        };
        const published = await runChildJob(deps.jobs, parent, deps.publish, input, `child:${name}`);
        return { imageId, published };
      }
    }
  }
}

/** The id of an account by its id or its name, whatever the case. Throws `not-found` with the names that there are. */
export function findAccount(accounts: readonly { id: string; name: string }[], nameOrId: string): string {
  const wanted = nameOrId.toLowerCase();
  const found = accounts.find(({ id, name }) => id === nameOrId || name.toLowerCase() === wanted);
  if (found !== undefined) return found.id;
  const names = accounts.map(({ name }) => name).join(", ");
  throw new AppError("not-found", `There is no account ${nameOrId}`, {
    hint: names === "" ? "Connect one first." : `There are: ${names}.`,
  });
}

/**
 * Throws `publish-held` when a provider that was asked for would not take the disk; `findings` are in the details. What
 * could not be told counts as a warning, as in `goldsmith check`.
 */
function assertFit(
  report: CheckReport,
  {
    for: wanted = providerIds,
    failOn = "error",
  }: { for?: typeof providerIds | undefined; failOn?: string | undefined },
): void {
  if (report.error !== null) throw AppError.fromWire(report.error);
  const bad = new Set(["error", ...(failOn === "warning" ? ["warning", "unknown"] : [])]);
  const findings = wanted.flatMap((provider) =>
    (report.verdicts[provider]?.findings ?? [])
      .filter(({ level }) => bad.has(level))
      .map(({ id, level, title, where, fix }) => ({
        provider: providerNames[provider],
        id,
        level,
        title,
        where,
        fix: fix?.text ?? null,
      })),
  );
  const [first] = findings;
  if (first === undefined) return;
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : "";
  throw new AppError("publish-held", `${first.provider}: ${first.title}${more}`, {
    hint: "Start the machine, mend it and power it off: the next try checks it as it is then. Or correct the recipe.",
    details: { findings },
  });
}
