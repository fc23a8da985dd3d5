import { useState } from "react";
import { CheckLine } from "#renderer/components/check-line.tsx";
import { TextField } from "#renderer/components/field.tsx";
import { FileWell } from "#renderer/features/files/file-well.tsx";
import { FormDialog } from "#renderer/components/form-dialog.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { fileName } from "#renderer/lib/file-name.ts";
import { closeDialog, go } from "#renderer/view-state/view-state.ts";

const nameOf = (path: string): string =>
  fileName(path)
    .replace(/\.[A-Za-z0-9]+$/, "")
    .slice(0, 80);

/** A machine from an existing disk, which stays as it is. */
export function ImportDiskDialog({ path: initialPath }: { path: string }) {
  const [path, setPath] = useState(initialPath);
  const [typedName, setTypedName] = useState<string | null>(null);
  const [linked, setLinked] = useState(false);
  const importDisk = useCall("machines.importDisk", "inline");
  const name = typedName ?? nameOf(path);
  const missing = path.trim() === "" ? "Choose a disk image" : name.trim() === "" ? "A name is needed" : null;
  const submit = async () => {
    const started = await importDisk.run({ path: path.trim(), name: name.trim(), linked });
    if (started === null) return;
    closeDialog();
    go({ screen: "job", id: started.jobId });
  };
  return (
    <FormDialog
      title="New machine from a disk"
      onClose={closeDialog}
      confirm="Make machine"
      busy={importDisk.pending}
      heldBack={missing}
      error={importDisk.error}
      onSubmit={submit}
    >
      <FileWell label="Disk image" icon="image" what="a disk image" path={path} onPath={setPath} />
      <TextField label="Name" value={name} maxLength={80} onValue={setTypedName} />
      <CheckLine
        checked={linked}
        onChecked={setLinked}
        hint={
          linked
            ? "At once and without room of its own; the file must stay where it is and must not change."
            : "The file is copied and never touched again."
        }
      >
        Build upon the file instead of copying it
      </CheckLine>
    </FormDialog>
  );
}
