import { useState, type FormEvent } from "react";
import { Button } from "#renderer/components/button.tsx";
import { Dialog } from "#renderer/components/dialog.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { TextField } from "#renderer/components/field.tsx";
import { KeychainNote } from "#renderer/components/keychain-note.tsx";
import { Segmented } from "#renderer/components/segmented.tsx";
import { useFocusInvalid } from "#renderer/components/use-focus-invalid.ts";
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
  const [tried, setTried] = useState(false);
  const [attempts, setAttempts] = useState(0);
  const form = useFocusInvalid(attempts);
  const connect = useCall("stagings.connect", "inline");
  const { input, problems } = judgeStaging(draft);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    setAttempts((before) => before + 1);
    if (input === null) return;
    const connected = await connect.run(input);
    // Accepted or refused: what was typed is not kept around.
    setDraft((before) => ({ ...before, secret: "" }));
    setTried(false);
    if (connected !== null) onConnected(connected.stagingId);
  };
  return (
    <Dialog
      title="Connect a staging storage"
      onClose={onClose}
      footer={
        <>
          <KeychainNote />
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="connect-staging" busy={connect.pending}>
            Connect
          </Button>
        </>
      }
    >
      <form
        ref={form}
        id="connect-staging"
        className="form"
        noValidate
        onSubmit={(event) => void submit(event)}
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
          problems={tried ? problems : {}}
          onDraft={(change) => setDraft((before) => ({ ...before, ...change }))}
        />
        <TextField
          label="Name"
          placeholder="Named after the place when left empty"
          value={draft.name}
          problem={tried ? (problems.name ?? null) : null}
          onValue={(name) => setDraft((before) => ({ ...before, name }))}
        />
        {connect.error !== null && <ErrorNotice error={connect.error} />}
      </form>
    </Dialog>
  );
}
