import { useState, type FormEvent } from "react";
import { Button } from "#renderer/components/button.tsx";
import { Dialog } from "#renderer/components/dialog.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { SelectField, TextField } from "#renderer/components/field.tsx";
import { Icon } from "#renderer/components/icon.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { digitalOceanRegions, judgeConnect, newConnectDraft, type ConnectDraft } from "./connect-draft.ts";
import "./connect-dialog.css";

interface ConnectDialogProps {
  onClose: () => void;
  onConnected: (accountId: string) => void;
}

/** Connects a DigitalOcean account and the S3 storage from which it can fetch an image. */
export function ConnectDialog({ onClose, onConnected }: ConnectDialogProps) {
  const [draft, setDraft] = useState(newConnectDraft);
  const [tried, setTried] = useState(false);
  const connect = useCall("accounts.connect", "inline");
  const { input, problems } = judgeConnect(draft);
  const field = (name: keyof ConnectDraft) => ({
    value: draft[name],
    problem: tried ? (problems[name] ?? null) : null,
    onValue: (value: string) => setDraft((before) => ({ ...before, [name]: value })),
  });

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (input === null) return;
    const connected = await connect.run(input);
    // Accepted or refused: what was typed is not kept around.
    setDraft((before) => ({ ...before, token: "", secretAccessKey: "" }));
    setTried(false);
    if (connected !== null) onConnected(connected.accountId);
  };

  return (
    <Dialog
      title="Connect DigitalOcean"
      onClose={onClose}
      footer={
        <>
          <span className="dialog-footer-note faint connect-note">
            <Icon name="lock" /> Keys rest in your system's keychain
          </span>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="connect-account" busy={connect.pending}>
            Connect
          </Button>
        </>
      }
    >
      <form id="connect-account" className="form" noValidate onSubmit={(event) => void submit(event)}>
        <TextField label="Name" {...field("name")} />
        <TextField
          label="API token"
          type="password"
          hint="Scopes: image create, read, update and delete. It is tested with one small request."
          {...field("token")}
        />
        <SelectField
          label="Default region"
          value={draft.defaultRegion}
          options={digitalOceanRegions.map((region) => ({ value: region, label: region }))}
          onValue={(defaultRegion) => setDraft((before) => ({ ...before, defaultRegion }))}
        />
        <section className="connect-staging">
          <h3>Staging storage</h3>
          <p className="soft">
            DigitalOcean fetches an image from an address. Goldsmith puts it into this S3 bucket under a name
            that cannot be guessed, and removes it afterwards.
          </p>
        </section>
        <TextField label="Endpoint" mono {...field("endpoint")} />
        <div className="field-row">
          <TextField label="Region of the store" mono {...field("region")} />
          <TextField label="Bucket" mono {...field("bucket")} />
        </div>
        <div className="field-row">
          <TextField label="Access key id" mono {...field("accessKeyId")} />
          <TextField label="Secret access key" type="password" {...field("secretAccessKey")} />
        </div>
        {connect.error !== null && <ErrorNotice error={connect.error} />}
      </form>
    </Dialog>
  );
}
