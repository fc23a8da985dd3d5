import { useState, type FormEvent } from "react";
import type { AccountView } from "#contract/account.ts";
import type { RemoteImage } from "#contract/remote-image.ts";
import { RemoteExportFormatSchema, type RemoteExportFormat } from "#contract/remote-special.ts";
import { Button } from "#renderer/components/button.tsx";
import { Dialog } from "#renderer/components/dialog.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { SelectField, TextField } from "#renderer/components/field.tsx";
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
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (heldBack !== null) return;
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
    <Dialog
      title={`Export “${image.name}”`}
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form="export-remote"
            busy={send.pending}
            unavailable={heldBack}
          >
            Export
          </Button>
        </>
      }
    >
      <form id="export-remote" className="form" noValidate onSubmit={(event) => void submit(event)}>
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
        {send.error !== null && <ErrorNotice error={send.error} />}
      </form>
    </Dialog>
  );
}
