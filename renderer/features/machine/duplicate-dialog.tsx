import { useState } from "react";
import type { MachineView } from "#contract/machine.ts";
import { CheckLine } from "#renderer/components/check-line.tsx";
import { NameDialog } from "#renderer/components/name-dialog.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { go } from "#renderer/view-state/view-state.ts";

/** A second machine from this one, with an identity of its own. */
export function DuplicateDialog({ machine, onClose }: { machine: MachineView; onClose: () => void }) {
  const [linked, setLinked] = useState(true);
  const duplicate = useCall("machines.duplicate", "inline");
  return (
    <NameDialog
      title={`Duplicate “${machine.name}”`}
      confirm="Duplicate"
      initial={`${machine.name} copy`.slice(0, 80)}
      busy={duplicate.pending}
      error={duplicate.error}
      onClose={onClose}
      onName={async (name) => {
        const started = await duplicate.run({ machineId: machine.id, name, linked });
        if (started === null) return;
        onClose();
        go({ screen: "job", id: started.jobId });
      }}
    >
      <CheckLine
        checked={linked}
        onChecked={setLinked}
        hint={
          linked
            ? "At once and without room of its own; the shared layers cannot be deleted while the copy is there."
            : "Copies the whole disk; the two know nothing of each other."
        }
      >
        Share the disk as it is now
      </CheckLine>
    </NameDialog>
  );
}
