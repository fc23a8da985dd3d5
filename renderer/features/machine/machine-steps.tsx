import type { MachineView } from "#contract/machine.ts";
import { Button } from "#renderer/components/button.tsx";
import { Icon } from "#renderer/components/icon.tsx";
import { useRunCheck } from "#renderer/features/check/use-check.ts";
import { isActive } from "#renderer/features/jobs/job-progress.ts";
import { useCall } from "#renderer/host/use-call.ts";
import { go, openDialog } from "#renderer/view-state/view-state.ts";
import { machineControls, type NextStep } from "./machine-controls.ts";
import { useMachineProgress } from "./use-machine-progress.ts";

/** The way from a powered-off machine to a published image; the next step stands out. */
export function MachineSteps({ machine, next }: { machine: MachineView; next: NextStep }) {
  const { image, compacting } = useMachineProgress(machine);
  const runCheck = useRunCheck();
  const compact = useCall("images.compact");
  const { readDisk } = machineControls(machine);
  const subject = { kind: "machine", machineId: machine.id } as const;
  const lookOf = (step: NextStep) => (next === step ? "primary" : "plain");

  return (
    <div className="machine-steps" role="group" aria-label="Next steps">
      {readDisk === null && next !== "start" && next !== "done" && (
        <span className="machine-steps-hint">Powered off. Next:</span>
      )}
      <Button
        look={lookOf("check")}
        unavailable={readDisk}
        title="Reads the disk without booting it and judges it for every provider"
        onClick={() => {
          go({ screen: "machine", id: machine.id, tab: "check" });
          void runCheck(subject);
        }}
      >
        Check
      </Button>
      <Icon name="chevron-right" />
      <Button
        look={lookOf("compact")}
        busy={compact.pending || (compacting !== undefined && isActive(compacting))}
        unavailable={readDisk}
        title="Makes a compressed qcow2 image in the library; the machine's disk stays as it is"
        onClick={() => void compact.run({ subject })}
      >
        Compact
      </Button>
      <Icon name="chevron-right" />
      <Button
        look={lookOf("publish")}
        unavailable={image === undefined ? "Compact it first" : null}
        title={
          image === undefined ? undefined : `Publishes “${image.name}”, the newest image of this machine`
        }
        onClick={() => image !== undefined && openDialog({ kind: "publish", imageId: image.id })}
      >
        Publish…
      </Button>
    </div>
  );
}
