import type { CheckReport, Subject } from "#contract/report.ts";
import { inspectImage } from "#core/image/inspect-image.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Images } from "#core/library/images.ts";
import type { Machines } from "#core/machine/machines.ts";
import type { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import type { ProviderProfile } from "#providers/profile.ts";
import type { UnpackProgress } from "#contract/published.ts";
import { createCheckProgress } from "./check-progress.ts";
import { judge } from "./judge.ts";

/** Reads and judges a file, a machine's disk or an image of the library. */
export interface Checks {
  /** Never throws for an image that cannot be read: the report carries the error. Also put into the state. */
  run(subject: Subject, signal: AbortSignal): Promise<CheckReport>;
  /** How far a running check is with unpacking an archive; ends with it. */
  progress(key: string, signal: AbortSignal): AsyncIterable<UnpackProgress>;
  dismiss(key: string): void;
}

export function createChecks(deps: {
  ports: Ports;
  store: StateStore;
  machines: Pick<Machines, "diskPath" | "assertOff" | "layeredDisk">;
  images: Pick<Images, "view">;
  profiles: Readonly<Record<string, ProviderProfile>>;
}): Checks {
  const { ports, store, machines, images, profiles } = deps;

  const progress = createCheckProgress();

  function locate(subject: Subject): { key: string; path: string } {
    switch (subject.kind) {
      case "file":
        return { key: `file:${subject.path}`, path: subject.path };
      case "image":
        return { key: `image:${subject.imageId}`, path: images.view(subject.imageId).path };
      case "machine":
        machines.assertOff(subject.machineId);
        return { key: `machine:${subject.machineId}`, path: machines.diskPath(subject.machineId) };
    }
  }

  return {
    async run(subject, signal) {
      const { key, path } = locate(subject);
      const base = { key, subject, path, checkedAt: ports.clock.nowIso() };
      let report: CheckReport;
      using running = progress.begin(key);
      const onProgress = (done: UnpackProgress): void => running.report(done);
      try {
        const layered = subject.kind === "machine" ? await machines.layeredDisk(subject.machineId) : null;
        const facts = await inspectImage(path, { ports }, { signal, onProgress, layered });
        const verdicts = Object.fromEntries(
          Object.entries(profiles).map(([provider, profile]) => [provider, judge(facts, profile)]),
        );
        report = { ...base, facts, verdicts, error: null };
      } catch (error) {
        if (signal.aborted) throw error;
        report = { ...base, facts: null, verdicts: {}, error: AppError.from(error).toWire() };
      }
      store.put("reports", key, report);
      return report;
    },
    progress: (key, signal) => progress.follow(key, signal),
    dismiss: (key) => store.remove("reports", key),
  };
}
