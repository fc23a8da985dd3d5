import { useState } from "react";
import type { RemoteImage } from "#contract/remote-image.ts";
import { TextField } from "#renderer/components/field.tsx";
import { FormDialog } from "#renderer/components/form-dialog.tsx";
import { useCall } from "#renderer/host/use-call.ts";

export function RenameDialog({ image, onClose }: { image: RemoteImage; onClose: () => void }) {
  const [name, setName] = useState(image.name);
  const [description, setDescription] = useState(image.description ?? "");
  const rename = useCall("remote.rename", "inline");
  const unchanged = name.trim() === image.name && description === (image.description ?? "");
  const heldBack = name.trim() === "" ? "A name is needed" : unchanged ? "Nothing is changed yet" : null;
  const submit = async () => {
    const done = await rename.run({
      remoteImageId: image.id,
      name: name.trim(),
      ...(description === (image.description ?? "") ? {} : { description }),
    });
    if (done !== null) onClose();
  };
  return (
    <FormDialog
      title="Rename remote image"
      size="small"
      onClose={onClose}
      confirm="Rename"
      busy={rename.pending}
      heldBack={heldBack}
      error={rename.error}
      onSubmit={submit}
    >
      <TextField label="Name" value={name} onValue={setName} />
      <TextField label="Description" value={description} onValue={setDescription} />
    </FormDialog>
  );
}
