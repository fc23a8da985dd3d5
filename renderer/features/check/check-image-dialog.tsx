import { useState } from "react";
import { FormDialog } from "#renderer/components/form-dialog.tsx";
import { FileWell } from "#renderer/features/files/file-well.tsx";
import { closeDialog } from "#renderer/view-state/view-state.ts";
import { useRunCheck } from "./use-check.ts";

/** Asks for an image by drop, chooser or path; the answer is judged for every provider. */
export function CheckImageDialog() {
  const [path, setPath] = useState("");
  const runCheck = useRunCheck();
  const start = () => {
    closeDialog();
    void runCheck({ kind: "file", path: path.trim() }, { show: true });
  };
  return (
    <FormDialog
      title="Check an image"
      confirm="Check image"
      busy={false}
      heldBack={path.trim() === "" ? "Choose an image first" : null}
      error={null}
      onSubmit={start}
      onClose={closeDialog}
    >
      <p className="soft">
        The file is only read, never booted or changed: raw, qcow2, VMDK, VHD, VHDX, VDI or an installer ISO.
      </p>
      <FileWell label="Image" icon="image" path={path} onPath={setPath} what="a disk image" />
    </FormDialog>
  );
}
