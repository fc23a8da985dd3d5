import { readFile } from "node:fs/promises";
import { z } from "zod";
import { readJson, writeJson } from "#core/library/json-file.ts";
import type { Processes, ProcessIdentity } from "#ports/processes.ts";
import type { MachineFolder } from "./machine-folder.ts";
import { RunRecordSchema, type RunRecord } from "./machine-record.ts";
import { qmpCommand } from "./qmp-client.ts";

export type FoundRun =
  | { kind: "none" }
  /** Another living process is in the middle of starting it. */
  | { kind: "starting"; run: RunRecord }
  | { kind: "running"; run: RunRecord; identity: ProcessIdentity }
  | { kind: "dead"; run: RunRecord };

const UuidSchema = z.object({ UUID: z.string() });

/** What `run.json` stands for now. Never trusts a bare pid: a pid may belong to another program by now. */
export async function findRun(deps: {
  processes: Processes;
  folder: MachineFolder;
  uuid: string;
}): Promise<FoundRun> {
  const { processes, folder } = deps;
  const run = await readJson(folder.run, RunRecordSchema);
  if (run === null) return { kind: "none" };
  if (run.identity !== null) {
    const { identity } = run;
    return (await processes.isAlive(identity)) ? { kind: "running", run, identity } : { kind: "dead", run };
  }
  if (await processes.isAlive(run.starter)) return { kind: "starting", run };
  const identity = await identityOfOrphan(deps, run);
  if (identity === null) return { kind: "dead", run };
  await writeJson(folder.run, { ...run, identity });
  return { kind: "running", run: { ...run, identity }, identity };
}

/** The starter was killed between spawn and bookkeeping: QEMU's own pid file and its uuid tell which it is. */
async function identityOfOrphan(
  { processes, folder, uuid }: { processes: Processes; folder: MachineFolder; uuid: string },
  run: RunRecord,
): Promise<ProcessIdentity | null> {
  try {
    const pid = z.coerce
      .number()
      .int()
      .positive()
      .parse((await readFile(folder.pid, "utf8")).trim());
    const identity = await processes.identify(pid);
    const answer = UuidSchema.parse(await qmpCommand(run.sockets.control, "query-uuid"));
    return answer.UUID === uuid ? identity : null;
  } catch {
    return null; // no pid file or nobody answers: it never came up
  }
}
