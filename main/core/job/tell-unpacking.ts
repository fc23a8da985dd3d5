import type { UnpackProgress } from "#contract/published.ts";
import type { StepReporter } from "./job-context.ts";

/** For a step that first has to unpack what it reads: its bar is the unpacking's until then. */
export const tellUnpacking =
  ({ message, progress }: StepReporter) =>
  ({ doneBytes, totalBytes }: UnpackProgress): void => {
    message("Unpacking");
    progress(doneBytes, totalBytes);
  };
