import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { PublishResultSchema, PublishStartSchema } from "#contract/publish.ts";
import type { CheckReport, Subject, SubjectSchema } from "#contract/report.ts";
import { ConsoleSession } from "#core/console/console-session.ts";
import { defineJob, type JobContext, type JobDefinition } from "#core/job/job-context.ts";
import type { Jobs } from "#core/job/runner.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Images } from "#core/library/images.ts";
import type { Machines } from "#core/machine/machines.ts";
import type { Accounts } from "#core/publish/accounts/accounts.ts";
import type { Ports } from "#ports/ports.ts";
import { runChildJob } from "./child-job.ts";
import { customiseCommands, sealCommands } from "./guest-commands.ts";
import { becomeRoot, runInGuest } from "./guest-shell.ts";
import { installFromConsole } from "./install-from-console.ts";
import { providePracticeIso } from "./practice-iso/practice-iso.ts";
import { summarise } from "./practice-summary.ts";

export interface PracticeRunDeps {
  ports: Ports;
  machines: Machines;
  images: Pick<Images, "view">;
  accounts: Pick<Accounts, "addPractice" | "view">;
  jobs: Jobs;
  compact: JobDefinition<
    z.ZodObject<{ subject: typeof SubjectSchema; name: z.ZodOptional<z.ZodString> }>,
    z.ZodObject<{ imageId: z.ZodString }>
  >;
  publish: JobDefinition<typeof PublishStartSchema, typeof PublishResultSchema>;
  check: (subject: Subject, signal: AbortSignal) => Promise<CheckReport>;
}

const InputSchema = z.object({}).prefault({});
const OutputSchema = z.object({
  machineId: z.string(),
  imageId: z.string(),
  accountId: z.string(),
  remoteImageId: z.string(),
  summary: z.array(z.object({ title: z.string(), value: z.string() })),
});
type PracticeRunJob = JobDefinition<typeof InputSchema, typeof OutputSchema>;

const IsoSchema = z.object({
  path: z.string(),
  fileBytes: z.number(),
  reused: z.boolean(),
  elapsedMs: z.number(),
});
const TimedSchema = z.object({ elapsedMs: z.number() });
const InstalledSchema = TimedSchema.extend({ machineId: z.string(), bootFromByte: z.number() });
const CheckedSchema = TimedSchema.extend({ findings: z.number() });
const CompactedSchema = TimedSchema.extend({ imageId: z.string() });
const PublishedSchema = TimedSchema.extend({
  accountId: z.string(),
  remoteImageId: z.string(),
  status: z.string(),
  stagingEmpty: z.boolean(),
});

const steps = [
  { name: "iso", title: "Provide the installer medium" },
  { name: "install", title: "Install over the serial console" },
  { name: "first-login", title: "Boot from the disk and log in" },
  { name: "customise", title: "Customise" },
  { name: "seal", title: "Seal and power off" },
  { name: "check", title: "Check for the provider" },
  { name: "compact", title: "Compact" },
  { name: "publish", title: "Publish to the practice account" },
] as const;

const user = "craft";
const bootTimeoutMs = 420_000;
const powerOffTimeoutMs = 180_000;

/** The whole job on real input: from an installer ISO to an available image in the practice account. */
export function createPracticeRunJob(deps: PracticeRunDeps): PracticeRunJob {
  return defineJob({
    kind: "practice-run",
    input: InputSchema,
    output: OutputSchema,
    steps,
    afterCrash: "ask",
    title: () => "Practice run",
    subject: () => ({}),
    async run(context) {
      try {
        return await practiceRun(deps, context);
      } catch (error) {
        const failure = AppError.from(error);
        if (failure.retry !== "never" || context.signal.aborted) throw failure;
        // Everything here can be tried again, and until then the machine is kept for a look.
        const { code, message, hint, details } = failure;
        throw new AppError(code, message, { hint, details, retry: "now", cause: failure });
      }
    },
  });
}

async function practiceRun(
  deps: PracticeRunDeps,
  context: JobContext,
): Promise<z.output<typeof OutputSchema>> {
  const { ports, machines, images, accounts } = deps;
  const { signal } = context;
  const secretName = `practice-run-${context.jobId}`;
  const timed = async <T extends object>(work: () => Promise<T>): Promise<T & { elapsedMs: number }> => {
    const startedMs = ports.clock.nowMs();
    return { ...(await work()), elapsedMs: ports.clock.nowMs() - startedMs };
  };

  const iso = await context.step("iso", IsoSchema, (reporter) =>
    providePracticeIso(ports, { signal, onMessage: reporter.message, onProgress: reporter.progress }),
  );

  context.defer("forgetting the machine's password", () => ports.secrets.remove(secretName), {
    keepForRetry: true,
  });
  context.defer("removing the machine", () => removeMachine(machines, context), {
    keepForRetry: true,
    undoes: "install",
  });
  const installed = await context.step("install", InstalledSchema, (reporter) =>
    timed(async () => {
      await removeMachine(machines, context); // what an earlier attempt left half installed
      const password = randomBytes(15).toString("base64url");
      await ports.secrets.set(secretName, password);
      const name = `Practice machine ${ports.clock.nowIso().slice(0, 16).replace("T", " ")}`;
      const machineId = await machines.create({
        name,
        isoPath: iso.path,
        install: null,
        hardware: practiceHardware,
      });
      await context.note("machine", machineId);
      await machines.start(machineId, { signal });
      const bootFromByte = await installFromConsole(machines.console(machineId), {
        hostname: "golden",
        login: { user, password },
        signal,
        onMessage: reporter.message,
      });
      return { machineId, bootFromByte };
    }),
  );
  const { machineId } = installed;

  async function asRoot<T>(
    fromByte: number | null,
    work: (session: ConsoleSession) => Promise<T>,
  ): Promise<T> {
    const password = await ports.secrets.get(secretName);
    if (password === null)
      throw new AppError("not-found", "The practice machine's password is gone", {
        hint: "Start a new practice run.",
      });
    const start = await bootIfOff(machines, machineId, fromByte, signal);
    await using session = await ConsoleSession.attach(machines.console(machineId), {
      signal,
      ...(start === null ? {} : { fromByte: start }),
    });
    if (start === null) await session.line(""); // running since before: a fresh prompt tells where it stands
    const prompt = await session.waitFor(/login: $|[$#] $/, { timeoutMs: bootTimeoutMs, signal });
    if (prompt[0].startsWith("login")) await becomeRoot(session, { user, password }, signal);
    else await returnToRoot(session, password, signal);
    return await work(session); // the session is open until then
  }

  const booted = await context.step("first-login", TimedSchema, (reporter) =>
    timed(async () => {
      reporter.message("Waiting for the login prompt");
      // An earlier attempt may have typed already: then only what comes from now on tells where the guest stands.
      const again = context.recall("first-login", z.boolean()) === true;
      await context.note("first-login", true);
      await asRoot(again ? null : installed.bootFromByte, (session) =>
        runInGuest(session, "cloud-init status --wait || true", signal),
      );
      await machines.eject(machineId);
      return {};
    }),
  );

  const runAll = (list: readonly { title: string; command: string }[], onMessage: (text: string) => void) =>
    asRoot(null, async (session) => {
      for (const { title, command } of list) {
        onMessage(title);
        await runInGuest(session, command, signal);
      }
    });

  const customised = await context.step("customise", TimedSchema, (reporter) =>
    timed(async () => {
      await runAll(customiseCommands, reporter.message);
      return {};
    }),
  );

  const sealed = await context.step("seal", TimedSchema, (reporter) =>
    timed(async () => {
      await asRoot(null, async (session) => {
        for (const { title, command } of sealCommands(user)) {
          reporter.message(title);
          await runInGuest(session, command, signal);
        }
        reporter.message("Powering off");
        await session.line("systemctl poweroff");
        await machines.waitForPower(machineId, "off", { timeoutMs: powerOffTimeoutMs, signal });
      });
      return {};
    }),
  );
  await ports.secrets.remove(secretName);

  const checked = await context.step("check", CheckedSchema, () =>
    timed(async () => ({
      findings: assertAccepted(await deps.check({ kind: "machine", machineId }, signal)),
    })),
  );

  const compacted = await context.step("compact", CompactedSchema, (reporter) =>
    timed(() =>
      runChildJob(deps.jobs, { context, reporter }, deps.compact, {
        subject: { kind: "machine", machineId },
      }),
    ),
  );

  const published = await context.step("publish", PublishedSchema, (reporter) =>
    timed(async () => {
      const [accountId = ""] = await accounts.addPractice("digitalocean");
      const input = { imageId: compacted.imageId, accountId };
      const result = await runChildJob(deps.jobs, { context, reporter }, deps.publish, input);
      return {
        accountId,
        remoteImageId: result.remoteImageId ?? "",
        status: result.status,
        stagingEmpty: result.stagingEmpty === true,
      };
    }),
  );

  return {
    machineId,
    imageId: compacted.imageId,
    accountId: published.accountId,
    remoteImageId: published.remoteImageId,
    summary: summarise({
      iso,
      machine: machines.view(machineId),
      image: images.view(compacted.imageId),
      account: accounts.view(published.accountId),
      published,
      findings: checked.findings,
      times: { installed, booted, customised, sealed, compacted, published },
    }),
  };
}

/** As small as the providers' smallest plans, so that the practice image fits anywhere. */
const practiceHardware = {
  cores: 2,
  memoryBytes: 1024 ** 3,
  firmware: "bios",
  diskBus: "virtio-scsi",
  diskSizeBytes: 8 * 1024 ** 3,
} as const;

const MachineNoteSchema = z.string().nullable();

async function removeMachine(machines: Machines, context: JobContext): Promise<void> {
  const machineId = context.recall("machine", MachineNoteSchema);
  if (machineId === null) return;
  try {
    await machines.forceOff(machineId);
    await machines.delete(machineId);
  } catch (error) {
    if (AppError.from(error).code !== "not-found") throw error; // the user deleted it
  }
  await context.note("machine", null);
}

/** Answers from which byte on the boot can be read; null when the machine has been up since before. */
async function bootIfOff(
  machines: Machines,
  machineId: string,
  fromByte: number | null,
  signal: AbortSignal,
): Promise<number | null> {
  if (machines.view(machineId).power !== "off") return fromByte;
  const end = await machines.console(machineId).transcriptBytes();
  await machines.start(machineId, { signal });
  return end;
}

/** A shell is there from an earlier step: root's, or the user's when only the login got through. */
async function returnToRoot(session: ConsoleSession, password: string, signal: AbortSignal): Promise<void> {
  await session.line("exec sudo -k -i");
  const options = { timeoutMs: 30_000, signal };
  const answer = await session.waitFor(/password for [^:]+: |# $/, options);
  if (!answer[0].startsWith("#")) {
    await session.line(password);
    await session.waitFor(/# $/, options);
  }
  await session.line("unset HISTFILE; stty -echo");
  await runInGuest(session, "true", signal);
}

/** Number of findings that are worth a look. Throws `publish-held` when DigitalOcean would refuse the image. */
function assertAccepted(report: CheckReport): number {
  if (report.error !== null) throw AppError.fromWire(report.error);
  const verdict = report.verdicts.digitalocean;
  const errors = verdict?.findings.filter(({ level }) => level === "error" || level === "unknown") ?? [];
  if (verdict === undefined || errors.length > 0) {
    const titles = errors.map(({ title }) => title).join("; ");
    throw new AppError("publish-held", `The sealed machine is not fit for DigitalOcean: ${titles}`, {
      details: { findings: errors.map(({ id, where }) => ({ id, where })) },
    });
  }
  return verdict.findings.filter(({ level }) => level === "warning").length;
}
