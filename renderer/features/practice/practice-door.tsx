import { Button } from "#renderer/components/button.tsx";
import { Door } from "#renderer/features/library/door.tsx";
import { useDoctorReport } from "#renderer/mirror/use-mirror.ts";
import { usePracticeRun } from "./use-practice-run.ts";

/** The third door: nothing is needed to go through it. */
export function PracticeDoor() {
  const { start, pending, activeJobId } = usePracticeRun();
  const emulated = useDoctorReport()?.accelerator.chosen === "tcg";
  return (
    <Door
      icon="flask"
      title="See the whole job first"
      action={
        <Button busy={pending} onClick={() => void start()}>
          {activeJobId === undefined ? "Try it on the practice account" : "Show the practice run"}
        </Button>
      }
    >
      Makes a small Debian installer, installs it over the serial console, checks, compacts and publishes it
      to a built-in stand-in for DigitalOcean. {emulated ? "About 10 minutes" : "A few minutes"}, no account;
      Debian's packages are fetched the first time.
    </Door>
  );
}
