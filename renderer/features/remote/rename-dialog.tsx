import { useState, type FormEvent } from "react";
import type { RemoteImage } from "#contract/remote-image.ts";
import { Button } from "#renderer/components/button.tsx";
import { Dialog } from "#renderer/components/dialog.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { TextField } from "#renderer/components/field.tsx";
import { useCall } from "#renderer/host/use-call.ts";

export function RenameDialog({ image, onClose }: { image: RemoteImage; onClose: () => void }) {
  const [name, setName] = useState(image.name);
  const [description, setDescription] = useState(image.description ?? "");
  const rename = useCall("remote.rename", "inline");
  const unchanged = name.trim() === image.name && description === (image.description ?? "");
  const heldBack = name.trim() === "" ? "A name is needed" : unchanged ? "Nothing is changed yet" : null;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (heldBack !== null) return;
    const done = await rename.run({
      remoteImageId: image.id,
      name: name.trim(),
      ...(description === (image.description ?? "") ? {} : { description }),
    });
    if (done !== null) onClose();
  };
  return (
    <Dialog
      title="Rename remote image"
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form="rename-remote"
            busy={rename.pending}
            unavailable={heldBack}
          >
            Rename
          </Button>
        </>
      }
    >
      <form id="rename-remote" className="form" noValidate onSubmit={(event) => void submit(event)}>
        <TextField label="Name" value={name} onValue={setName} />
        <TextField label="Description" value={description} onValue={setDescription} />
        {rename.error !== null && <ErrorNotice error={rename.error} />}
      </form>
    </Dialog>
  );
}
