import { useState } from "react";
import type { MachineView } from "#contract/machine.ts";
import { MenuButton } from "#renderer/components/menu-button.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { go } from "#renderer/view-state/view-state.ts";
import { CaptureDialog } from "./capture-dialog.tsx";
import { DuplicateDialog } from "./duplicate-dialog.tsx";
import { EditMachineDialog } from "./edit-machine-dialog.tsx";
import { machineControls } from "./machine-controls.ts";

type Choice = "edit" | "suspend" | "capture" | "duplicate" | "reveal";

/** What is done now and then with a machine. What cannot be done now says why. */
export function MoreMenu({ machine }: { machine: MachineView }) {
  const [asking, setAsking] = useState<"edit" | "capture" | "duplicate" | null>(null);
  const suspend = useCall("machines.suspend");
  const reveal = useCall("machines.reveal");
  const controls = machineControls(machine);
  const ref = { machineId: machine.id };

  const choose = (choice: Choice) => {
    if (choice === "edit" || choice === "capture" || choice === "duplicate") setAsking(choice);
    else if (choice === "reveal") void reveal.run(ref);
    else {
      void suspend.run(ref).then((started) => {
        if (started !== null) go({ screen: "job", id: started.jobId });
      });
    }
  };
  return (
    <>
      <MenuButton
        label="More"
        icon="more"
        items={[
          { value: "edit", title: "Name, notes and hardware…", detail: "" },
          {
            value: "suspend",
            title: "Suspend to disk",
            detail: controls.suspend ?? "goes on where it was at the next start",
            disabled: controls.suspend !== null,
          },
          {
            value: "capture",
            title: "Capture an image…",
            detail: controls.capture ?? "of the running disk, without stopping it",
            disabled: controls.capture !== null,
          },
          {
            value: "duplicate",
            title: "Duplicate…",
            detail: controls.readDisk ?? "a machine of its own from this one",
            disabled: controls.readDisk !== null,
          },
          { value: "reveal", title: "Show in the file manager", detail: "" },
        ]}
        onChoose={choose}
      />
      {asking === "edit" && <EditMachineDialog machine={machine} onClose={() => setAsking(null)} />}
      {asking === "capture" && <CaptureDialog machine={machine} onClose={() => setAsking(null)} />}
      {asking === "duplicate" && <DuplicateDialog machine={machine} onClose={() => setAsking(null)} />}
    </>
  );
}
