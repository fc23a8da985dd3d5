import type { JobView } from "#contract/job.ts";
import type { MachineView } from "#contract/machine.ts";

/** How the practice run names the machines that it makes; its subject cannot know them beforehand. */
const practiceNames = /^Practice machine /;

/** The machine that a practice run drives: the newest of its making. undefined before there is one. */
export function watchedMachine(
  job: Pick<JobView, "kind" | "createdAt" | "endedAt">,
  machines: Readonly<Record<string, MachineView>>,
): MachineView | undefined {
  if (job.kind !== "practice-run") return undefined;
  return Object.values(machines)
    .filter(({ name, createdAt }) => practiceNames.test(name) && createdAt >= job.createdAt)
    .filter(({ createdAt }) => job.endedAt === null || createdAt <= job.endedAt)
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt))[0];
}
