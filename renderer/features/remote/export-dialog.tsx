import { useState } from "react";
import type { AccountView } from "#contract/account.ts";
import type { RemoteImage } from "#contract/remote-image.ts";
import { RemoteExportFormatSchema, type RemoteExportFormat } from "#contract/remote-special.ts";
import { SelectField, TextField } from "#renderer/components/field.tsx";
import { FormDialog } from "#renderer/components/form-dialog.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { showDone } from "#renderer/view-state/toasts.ts";

interface ExportDialogProps {
  image: RemoteImage;
  account: AccountView;
  onClose: () => void;
}

const formats: readonly { value: RemoteExportFormat; label: string }[] = RemoteExportFormatSchema.options.map(
  (value) => ({ value, label: value === "OCI" ? "OCI (Oracle's archive with the image's settings)" : value }),
);

/** Writes the image into a bucket of the same account. */
export function ExportDialog({ image, account, onClose }: ExportDialogProps) {
  const [bucket, setBucket] = useState("");
  const [format, setFormat] = useState<RemoteExportFormat>("QCOW2");
  const [typed, setTyped] = useState<string | null>(null);
  const send = useCall("remote.export", "inline");
  const object = typed ?? `${image.name}.${format.toLowerCase()}`;
  const heldBack =
    bucket.trim() === "" ? "A bucket is needed" : object.trim() === "" ? "The object needs a name" : null;
  const submit = async () => {
    const done = await send.run({
      remoteImageId: image.id,
      bucket: bucket.trim(),
      object: object.trim(),
      format,
    });
    if (done === null) return;
    showDone(`${account.name} exports ${image.name}`, `To ${bucket.trim()}/${object.trim()}`);
    onClose();
  };
  return (
    <FormDialog
      title={`Export “${image.name}”`}
      size="small"
      onClose={onClose}
      confirm="Export"
      busy={send.pending}
      heldBack={heldBack}
      error={send.error}
      onSubmit={submit}
    >
      <p className="soft">
        The provider writes a copy into the account's object storage and goes on by itself; the image says
        EXPORTING meanwhile. The object is stored at the account's cost.
      </p>
      <TextField
        label="Bucket"
        hint={`It must be there already, in ${account.defaultRegion}.`}
        value={bucket}
        onValue={setBucket}
      />
      <SelectField label="Format" value={format} options={formats} onValue={setFormat} />
      <TextField label="Object" value={object} onValue={setTyped} />
    </FormDialog>
  );
}
