import { useState } from "react";
import type { MachineView } from "#contract/machine.ts";
import { TextField } from "#renderer/components/field.tsx";
import { Segmented } from "#renderer/components/segmented.tsx";
import { FileWell } from "#renderer/features/files/file-well.tsx";
import { FormDialog } from "#renderer/components/form-dialog.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { go } from "#renderer/view-state/view-state.ts";

type Direction = "into" | "out";

/** Files into the guest or out of it; both sides are compared by checksum. */
export function CopyDialog(props: { machine: MachineView; initialPath: string; onClose: () => void }) {
  const { machine, initialPath, onClose } = props;
  const [direction, setDirection] = useState<Direction>("into");
  const [path, setPath] = useState(initialPath);
  const [folder, setFolder] = useState("/root");
  const [guestPath, setGuestPath] = useState("");
  const [toFolder, setToFolder] = useState("");
  const upload = useCall("guest.upload", "inline");
  const download = useCall("guest.download", "inline");
  const machineId = machine.id;
  const missing =
    direction === "into"
      ? path.trim() === ""
        ? "Choose a file"
        : folder.trim() === ""
          ? "A folder in the guest is needed"
          : null
      : guestPath.trim() === "" || toFolder.trim() === ""
        ? "Both paths are needed"
        : null;

  const submit = async () => {
    const started =
      direction === "into"
        ? await upload.run({ machineId, paths: [path.trim()], folder: folder.trim() })
        : await download.run({ machineId, path: guestPath.trim(), toFolder: toFolder.trim() });
    if (started === null) return;
    onClose();
    go({ screen: "job", id: started.jobId });
  };
  const error = direction === "into" ? upload.error : download.error;

  return (
    <FormDialog
      title="Copy files"
      onClose={onClose}
      confirm="Copy"
      busy={upload.pending || download.pending}
      heldBack={missing}
      error={error}
      onSubmit={submit}
    >
      <Segmented
        label="Direction"
        value={direction}
        options={[
          { value: "into", label: "Into the guest" },
          { value: "out", label: "Out of the guest" },
        ]}
        onValue={setDirection}
      />
      {direction === "into" ? (
        <>
          <FileWell label="File" icon="image" what="a file" path={path} onPath={setPath} />
          <TextField label="Folder in the guest" mono value={folder} onValue={setFolder} />
        </>
      ) : (
        <>
          <TextField label="Path in the guest" mono value={guestPath} onValue={setGuestPath} />
          <TextField label="Folder on this computer" mono value={toFolder} onValue={setToFolder} />
        </>
      )}
    </FormDialog>
  );
}
