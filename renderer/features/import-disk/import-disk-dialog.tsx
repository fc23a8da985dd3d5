import { useState, type FormEvent } from "react";
import { Button } from "#renderer/components/button.tsx";
import { CheckLine } from "#renderer/components/check-line.tsx";
import { Dialog } from "#renderer/components/dialog.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { TextField } from "#renderer/components/field.tsx";
import { FileWell } from "#renderer/features/files/file-well.tsx";
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
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (missing !== null) return;
    const started = await importDisk.run({ path: path.trim(), name: name.trim(), linked });
    if (started === null) return;
    closeDialog();
    go({ screen: "job", id: started.jobId });
  };
  return (
    <Dialog
      title="New machine from a disk"
      onClose={closeDialog}
      footer={
        <>
          <Button onClick={closeDialog}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form="import-disk"
            busy={importDisk.pending}
            unavailable={missing}
          >
            Make machine
          </Button>
        </>
      }
    >
      <form id="import-disk" className="form" noValidate onSubmit={(event) => void submit(event)}>
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
        {importDisk.error !== null && <ErrorNotice error={importDisk.error} />}
      </form>
    </Dialog>
  );
}
