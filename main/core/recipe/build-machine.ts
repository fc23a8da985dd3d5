import { access } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import type { z } from "zod";
import { AnswerFormSchema } from "#contract/install.ts";
import { MachineCreateSchema } from "#contract/machine.ts";
import type { RecipeHead } from "#contract/recipe-document.ts";
import type { Isos } from "#core/isos/isos.ts";
import { makeAnswers } from "#core/isos/answers/make-answers.ts";
import { downloadFile } from "#core/isos/download-file.ts";
import type { JobContext, StepReporter } from "#core/job/job-context.ts";
import type { Jobs } from "#core/job/runner.ts";
import { parseSize } from "#core/lib/amount-text.ts";
import { AppError } from "#core/lib/app-error.ts";
import { runChildJob } from "#core/practice/child-job.ts";
import type { Clock } from "#ports/ports.ts";

export interface IsoSource {
  /** The path of what a recipe's `iso:` names, downloaded where it is not here yet; null for none. */
  provide(
    iso: RecipeHead["iso"],
    folder: string,
    at: { context: JobContext; reporter: StepReporter },
  ): Promise<string | null>;
}

export function createIsoSource(deps: {
  isos: Pick<Isos, "pathOf" | "downloadJob">;
  jobs: Jobs;
  clock: Clock;
  /** Where ISOs by address are kept, named by their checksum. */
  cache: string;
}): IsoSource {
  return {
    async provide(iso, folder, { context, reporter }) {
      if (iso === undefined) return null;
      if (typeof iso === "string") {
        const path = isAbsolute(iso) ? iso : join(folder, iso);
        await access(path).catch(() => {
          throw new AppError("not-found", `The recipe's installer ${path} is not there`);
        });
        return path;
      }
      if ("url" in iso) {
        const path = join(deps.cache, `${iso.sha256}.iso`);
        await downloadFile({
          ...iso,
          path,
          signal: context.signal,
          clock: deps.clock,
          onProgress: reporter.progress,
          onMessage: reporter.message,
        });
        return path;
      }
      try {
        return deps.isos.pathOf(iso.id);
      } catch {
        await runChildJob(deps.jobs, { context, reporter }, deps.isos.downloadJob, { isoId: iso.id });
        return deps.isos.pathOf(iso.id);
      }
    },
  };
}

/** What a recipe's `machine:` and `install:` ask for. Throws `bad-input` with the field. */
export function machineOf(
  head: RecipeHead,
  name: string,
  isoPath: string | null,
): z.output<typeof MachineCreateSchema> {
  const { machine = {}, install } = head;
  const made =
    install?.answers === undefined ? null : makeAnswers(install.answers.kind, formOf(install.answers.form));
  const wanted = MachineCreateSchema.safeParse({
    name,
    isoPath,
    install:
      install === undefined
        ? null
        : {
            mode: install.mode,
            kernelPath: install.kernel ?? null,
            initrdPath: install.initrd ?? null,
            commandLine: [install.commandLine ?? "", made?.commandLine ?? ""]
              .filter((part) => part !== "")
              .join(" "),
            answers: made?.answers ?? null,
          },
    hardware: withoutUndefined({
      cores: machine.cores,
      memoryBytes: sizeOf(machine.memory),
      diskSizeBytes: sizeOf(machine.disk),
      firmware: machine.firmware,
      diskBus: machine.diskBus,
    }),
  });
  if (wanted.success) return wanted.data;
  const issue = wanted.error.issues[0];
  throw new AppError(
    "bad-input",
    `\`machine\`: ${issue?.path.at(-1)?.toString() ?? ""} ${issue?.message ?? ""}`,
  );
}

/** Throws `bad-input` with the field that is wrong. */
function formOf(form: object): z.output<typeof AnswerFormSchema> {
  const parsed = AnswerFormSchema.safeParse(form);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new AppError("bad-input", `\`answers\`: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`);
}

const sizeOf = (size: string | number | undefined): number | undefined =>
  size === undefined ? undefined : (parseSize(String(size)) ?? undefined);

const withoutUndefined = (value: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined));
