import { useState } from "react";
import { Button } from "#renderer/components/button.tsx";
import { Dialog } from "#renderer/components/dialog.tsx";
import { FileWell } from "#renderer/features/files/file-well.tsx";
import { closeDialog } from "#renderer/view-state/view-state.ts";
import { useRunCheck } from "./use-check.ts";

/** Asks for an image by drop, chooser or path; the answer is judged for every provider. */
export function CheckImageDialog() {
  const [path, setPath] = useState("");
  const runCheck = useRunCheck();
  const start = () => {
    if (path.trim() === "") return;
    closeDialog();
    void runCheck({ kind: "file", path: path.trim() }, { show: true });
  };
  return (
    <Dialog
      title="Check an image"
      onClose={closeDialog}
      footer={
        <>
          <Button onClick={closeDialog}>Cancel</Button>
          <Button
            look="primary"
            unavailable={path.trim() === "" ? "Choose an image first" : null}
            onClick={start}
          >
            Check image
          </Button>
        </>
      }
    >
      <p className="soft">
        The file is only read, never booted or changed: raw, qcow2, VMDK, VHD, VHDX, VDI or an installer ISO.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <FileWell label="Image" icon="image" path={path} onPath={setPath} what="a disk image" />
      </form>
    </Dialog>
  );
}
