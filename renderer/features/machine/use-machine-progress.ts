import type { ImageView } from "#contract/image.ts";
import type { JobStatus } from "#contract/job.ts";
import type { MachineView } from "#contract/machine.ts";
import { newestFirst, useDerived } from "#renderer/mirror/use-mirror.ts";

export interface MachineProgress {
  /** A check was made of the machine since it was last started. */
  checked: boolean;
  /** The newest image that was made from it since it was last started; else the newest of all. */
  image: ImageView | undefined;
  compacted: boolean;
  published: boolean;
  compacting: JobStatus | undefined;
}

/** How far a machine is on its way to a published image, from the core's state alone. */
export function useMachineProgress({
  id,
  startedAt,
}: Pick<MachineView, "id" | "startedAt">): MachineProgress {
  return useDerived(({ reports, images, jobs }) => {
    const since = startedAt ?? "";
    const report = reports[`machine:${id}`];
    const made = Object.values(images)
      .filter((image) => image.origin.machineId === id)
      .sort(newestFirst);
    const image = made[0];
    const all = Object.values(jobs);
    return {
      checked: report !== undefined && report.error === null && report.checkedAt >= since,
      image,
      compacted: image !== undefined && image.createdAt >= since,
      published: all.some(
        ({ kind, status, subject }) =>
          kind === "publish" && status === "succeeded" && image !== undefined && subject.imageId === image.id,
      ),
      compacting: all
        .filter(({ kind, subject }) => kind === "compact" && subject.machineId === id)
        .sort(newestFirst)[0]?.status,
    };
  });
}
