import { useState } from "react";
import type { AccountView } from "#contract/account.ts";
import type { RemoteImage } from "#contract/remote-image.ts";
import { TextField } from "#renderer/components/field.tsx";
import { FormDialog } from "#renderer/components/form-dialog.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { go } from "#renderer/view-state/view-state.ts";

interface DeleteRemoteDialogProps {
  image: RemoteImage;
  account: AccountView;
  onClose: () => void;
}

/** Cannot be undone, so the name is typed. */
export function DeleteRemoteDialog({ image, account, onClose }: DeleteRemoteDialogProps) {
  const [typedName, setTypedName] = useState("");
  const remove = useCall("remote.delete", "inline");
  const heldBack = typedName === image.name ? null : "Type the image's name first";
  const submit = async () => {
    const done = await remove.run({ remoteImageId: image.id, typedName });
    if (done === null) return;
    onClose();
    go({ screen: "remote" });
  };
  return (
    <FormDialog
      title={`Delete “${image.name}” at ${account.name}?`}
      size="small"
      onClose={onClose}
      confirm="Delete for good"
      look="danger"
      busy={remove.pending}
      heldBack={heldBack}
      error={remove.error}
      onSubmit={submit}
    >
      <p className="soft">
        The image is removed from the account in all its regions. There is no undo and no trash at a provider;
        instances made from it go on. The image in your library stays.
      </p>
      <TextField
        label={`Type ${image.name} to confirm`}
        value={typedName}
        mono
        onValue={setTypedName}
        autoFocus
      />
    </FormDialog>
  );
}
