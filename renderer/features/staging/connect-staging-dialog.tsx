import { useState } from "react";
import { TextField } from "#renderer/components/field.tsx";
import { KeysDialog } from "#renderer/components/keys-dialog.tsx";
import { Segmented } from "#renderer/components/segmented.tsx";
import { useKeysForm } from "#renderer/components/use-keys-form.ts";
import { useCall } from "#renderer/host/use-call.ts";
import { judgeStaging, newStagingDraft } from "./staging-draft.ts";
import { StagingFields } from "./staging-fields.tsx";

interface ConnectStagingDialogProps {
  onClose: () => void;
  onConnected: (stagingId: string) => void;
}

/** Connects a storage from which providers can fetch an image. */
export function ConnectStagingDialog({ onClose, onConnected }: ConnectStagingDialogProps) {
  const [draft, setDraft] = useState(() => newStagingDraft());
  const connect = useCall("stagings.connect", "inline");
  const { input, problems } = judgeStaging(draft);
  const send = async () => {
    if (input === null) return;
    const connected = await connect.run(input);
    // Accepted or refused: what was typed is not kept around.
    setDraft((before) => ({ ...before, secret: "" }));
    if (connected !== null) onConnected(connected.stagingId);
  };
  const form = useKeysForm(input === null ? null : send);
  return (
    <KeysDialog
      title="Connect a staging storage"
      confirm="Connect"
      form={form}
      busy={connect.pending}
      error={connect.error}
      onClose={onClose}
    >
      <p className="soft">
        Most providers fetch an image from an address. Goldsmith puts it here under a name that cannot be
        guessed, and removes it afterwards.
      </p>
      <Segmented
        label="Kind"
        value={draft.kind}
        options={[
          { value: "s3", label: "S3-compatible" },
          { value: "sftp", label: "SFTP to a web server" },
          { value: "folder", label: "Folder or share" },
        ]}
        onValue={(kind) => setDraft((before) => ({ ...before, kind, secret: "" }))}
      />
      <StagingFields
        draft={draft}
        problems={form.tried ? problems : {}}
        onDraft={(change) => setDraft((before) => ({ ...before, ...change }))}
      />
      <TextField
        label="Name"
        placeholder="Named after the place when left empty"
        value={draft.name}
        problem={form.tried ? (problems.name ?? null) : null}
        onValue={(name) => setDraft((before) => ({ ...before, name }))}
      />
    </KeysDialog>
  );
}
