import type { MachineView } from "#contract/machine.ts";
import { NameDialog } from "#renderer/components/name-dialog.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { go } from "#renderer/view-state/view-state.ts";

/** A running machine's disk into an image of the library. */
export function CaptureDialog({ machine, onClose }: { machine: MachineView; onClose: () => void }) {
  const capture = useCall("machines.capture", "inline");
  return (
    <NameDialog
      title={`Capture “${machine.name}”`}
      confirm="Capture"
      initial={`${machine.name} captured`.slice(0, 80)}
      busy={capture.pending}
      error={capture.error}
      onClose={onClose}
      onName={async (name) => {
        const started = await capture.run({ machineId: machine.id, name });
        if (started === null) return;
        onClose();
        go({ screen: "job", id: started.jobId });
      }}
    >
      <p className="soft">
        {machine.agentVersion === null
          ? "No guest agent answers, so the disk is taken as after a power cut: the filesystem's journal is replayed at the next boot. Install qemu-guest-agent in the guest for a clean copy."
          : "The guest agent holds the filesystems still for a moment, so that the copy is clean."}{" "}
        The guest goes on running.
      </p>
    </NameDialog>
  );
}
