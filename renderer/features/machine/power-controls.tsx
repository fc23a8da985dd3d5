import { useState } from "react";
import type { MachineView } from "#contract/machine.ts";
import { Button, IconButton } from "#renderer/components/button.tsx";
import { ConfirmDialog } from "#renderer/components/confirm-dialog.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { useDerived } from "#renderer/mirror/use-mirror.ts";
import { go } from "#renderer/view-state/view-state.ts";
import { machineControls } from "./machine-controls.ts";
import { StartRefused } from "./start-refused.tsx";

/** The buttons of a machine's front panel. */
export function PowerControls({ machine, startFirst }: { machine: MachineView; startFirst: boolean }) {
  const [asking, setAsking] = useState<"force-off" | "delete" | "discard" | null>(null);
  const start = useCall("machines.start", "inline");
  const powerButton = useCall("machines.powerButton");
  const reset = useCall("machines.reset");
  const resume = useCall("machines.resume");
  const forceOff = useCall("machines.forceOff");
  const eject = useCall("machines.eject");
  const discard = useCall("machines.discardMemory");
  const remove = useCall("machines.delete");
  const controls = machineControls(machine);
  const ref = { machineId: machine.id };
  const off = machine.power === "off";
  // A checkpoint or a suspend pauses the guest for its own time.
  const busy = useDerived(({ jobs }) =>
    Object.values(jobs).some(
      ({ status, subject }) => status === "running" && subject.machineId === machine.id,
    ),
  );

  return (
    <>
      {off ? (
        <Button
          look={startFirst ? "primary" : "plain"}
          icon="play"
          busy={start.pending}
          onClick={() => void start.run(ref)}
        >
          {machine.suspended ? "Resume" : "Start"}
        </Button>
      ) : (
        <>
          {controls.resume === null && !busy && (
            <Button
              look="primary"
              icon="play"
              busy={resume.pending}
              title="Lets the guest go on; what its disk refused is tried again"
              onClick={() => void resume.run(ref)}
            >
              Continue
            </Button>
          )}
          <Button
            icon="power"
            busy={powerButton.pending}
            unavailable={controls.powerButton}
            title="Asks the guest to shut down"
            onClick={() => void powerButton.run(ref)}
          >
            Power button
          </Button>
          <Button
            icon="reset"
            busy={reset.pending}
            unavailable={controls.reset}
            title="Restarts it at once, as a reset switch does"
            onClick={() => void reset.run(ref)}
          >
            Reset
          </Button>
          <Button icon="stop" busy={forceOff.pending} onClick={() => setAsking("force-off")}>
            Force off
          </Button>
        </>
      )}
      {controls.discardMemory === null && (
        <Button
          busy={discard.pending}
          title="Throws away what was suspended, so that the next start boots"
          onClick={() => setAsking("discard")}
        >
          Discard memory
        </Button>
      )}
      {controls.eject === null && (
        <Button
          icon="eject"
          busy={eject.pending}
          title={`Takes ${machine.isoPath} out`}
          onClick={() => void eject.run(ref)}
        >
          Eject
        </Button>
      )}
      {off && (
        <IconButton
          icon="trash"
          label="Delete"
          title="Delete this machine"
          busy={remove.pending}
          onClick={() => setAsking("delete")}
        />
      )}
      {start.error !== null && (
        <StartRefused
          error={start.error}
          onStart={() => void start.run({ ...ref, overcommit: true })}
          onClose={start.clearError}
        />
      )}
      {asking === "force-off" && (
        <ConfirmDialog
          title={`Force “${machine.name}” off?`}
          confirm="Force off"
          onConfirm={() => void forceOff.run(ref)}
          onClose={() => setAsking(null)}
        >
          Like pulling the plug: what the guest has not written to its disk is lost. The power button lets it
          shut down in order.
        </ConfirmDialog>
      )}
      {asking === "discard" && (
        <ConfirmDialog
          title={`Discard the memory of “${machine.name}”?`}
          confirm="Discard memory"
          onConfirm={() => void discard.run(ref)}
          onClose={() => setAsking(null)}
        >
          What ran in the guest when it was suspended is lost, and this cannot be undone. The machine is off
          then; its disk is as after a power cut, and the next start boots from it. Checkpoints keep their own
          memory.
        </ConfirmDialog>
      )}
      {asking === "delete" && (
        <ConfirmDialog
          title={`Delete “${machine.name}”?`}
          confirm="Delete"
          onConfirm={() => {
            void remove.run(ref).then((done) => {
              if (done !== null) go({ screen: "home" });
            });
          }}
          onClose={() => setAsking(null)}
        >
          Its disk and its transcript go to the trash where the system has one. Images made from it stay.
        </ConfirmDialog>
      )}
    </>
  );
}
