import { access, mkdir } from "node:fs/promises";
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
import { acquireLock } from "#core/library/owner-lock.ts";
import { runChildJob } from "#core/practice/child-job.ts";
import type { Ports } from "#ports/ports.ts";

interface BuildStep {
  readonly context: JobContext;
  readonly reporter: StepReporter;
}

const lookAgainMs = 1_000;

export interface IsoSource {
  /** The path of what a recipe's `iso:` names, downloaded where it is not here yet; null for none. */
  provide(iso: RecipeHead["iso"], folder: string, step: BuildStep): Promise<string | null>;
}

export function createIsoSource(deps: {
  isos: Pick<Isos, "pathOf" | "downloadJob">;
  jobs: Jobs;
  ports: Pick<Ports, "clock" | "processes">;
  /** Where ISOs by address are kept, named by their checksum. */
  cache: string;
}): IsoSource {
  const { clock, processes } = deps.ports;

  /** A file of this name was proved before it got it. */
  async function download(
    { url, sha256 }: { url: string; sha256: string },
    { context: { signal }, reporter }: BuildStep,
  ): Promise<string> {
    const path = join(deps.cache, `${sha256}.iso`);
    await mkdir(deps.cache, { recursive: true });
    const release = await acquireLock(`${path}.lock`, processes);
    try {
      const isThere = await access(path).then(
        () => true,
        () => false,
      );
      const { progress: onProgress, message: onMessage } = reporter;
      if (!isThere)
        await downloadFile({ url, sha256, path, signal, clock, onProgress, onMessage }).catch(
          (error: unknown) => {
            throw withoutChecksum(AppError.from(error), url);
          },
        );
      return path;
    } finally {
      await release();
    }
  }

  async function catalogued(id: string, step: BuildStep): Promise<string> {
    try {
      return deps.isos.pathOf(id);
    } catch {
      await runChildJob(deps.jobs, step, deps.isos.downloadJob, { isoId: id });
      return deps.isos.pathOf(id);
    }
  }

  return {
    async provide(iso, folder, step) {
      if (iso === undefined) return null;
      if (typeof iso === "string") {
        const path = isAbsolute(iso) ? iso : join(folder, iso);
        await access(path).catch(() => {
          throw new AppError("not-found", `The recipe's installer ${path} is not there`, {
            hint: "Put it there, or correct `iso:`.",
          });
        });
        return path;
      }
      for (;;) {
        try {
          return await ("url" in iso ? download(iso, step) : catalogued(iso.id, step));
        } catch (error) {
          if (AppError.from(error).code !== "already-exists") throw error;
          step.reporter.message("Another download of it is under way");
          await clock.sleep(lookAgainMs, step.context.signal);
        }
      }
    },
  };
}

/** The file is named by what it should be, which tells a person nothing. */
function withoutChecksum(error: AppError, url: string): AppError {
  const { code, retry, details } = error;
  if (code !== "verify-failed") return error;
  return new AppError(code, `${url} is not the file whose SHA-256 the recipe names`, {
    hint: `It has ${String(details["got"])}. Correct \`sha256:\` if that is the project's, and build anew; else the server or a proxy changes files.`,
    retry,
    details,
    cause: error,
  });
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
