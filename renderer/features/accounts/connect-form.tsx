import { useState, type FormEvent } from "react";
import type { ProviderInfo } from "#contract/provider-info.ts";
import type { StagingView } from "#contract/staging.ts";
import { Button } from "#renderer/components/button.tsx";
import { Dialog } from "#renderer/components/dialog.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { TextField } from "#renderer/components/field.tsx";
import { KeychainNote } from "#renderer/components/keychain-note.tsx";
import { SuggestField } from "#renderer/components/suggest-field.tsx";
import { useFocusInvalid } from "#renderer/components/use-focus-invalid.ts";
import { useCall } from "#renderer/host/use-call.ts";
import { useDerived } from "#renderer/mirror/use-mirror.ts";
import { ConnectFieldInput } from "./connect-field-input.tsx";
import {
  asksForRegion,
  judgeConnect,
  newConnectDraft,
  withoutSecrets,
  type ConnectDraft,
} from "./connect-draft.ts";
import { StagingPart } from "./staging-part.tsx";

interface ConnectFormProps {
  provider: ProviderInfo;
  onBack: () => void;
  onClose: () => void;
  onConnected: (accountId: string) => void;
}

/** The form that one provider's manifest asks for. */
export function ConnectForm({ provider, onBack, onClose, onConnected }: ConnectFormProps) {
  const sharedStaging = useDerived(({ stagings }) => ({ id: sharedBy(stagings) })).id;
  const [draft, setDraft] = useState(() => newConnectDraft(provider, sharedStaging));
  const [tried, setTried] = useState(false);
  const [attempts, setAttempts] = useState(0);
  const form = useFocusInvalid(attempts);
  const connect = useCall("accounts.connect", "inline");
  const { input, problems, stagingProblems } = judgeConnect(draft, provider);
  const set = (change: Partial<ConnectDraft>) => setDraft((before) => ({ ...before, ...change }));
  const problem = (name: string) => (tried ? (problems[name] ?? null) : null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    setAttempts((before) => before + 1);
    if (input === null) return;
    const connected = await connect.run(input);
    setDraft((before) => withoutSecrets(before, provider));
    setTried(false);
    if (connected !== null) onConnected(connected.accountId);
  };
  const ownAddress = provider.defaultApiBase === null;
  const address = (
    <TextField
      label={ownAddress ? "Address of the panel" : "Address of the API"}
      mono
      placeholder={provider.defaultApiBase ?? "https://panel.example.org"}
      value={draft.apiBase}
      problem={problem("apiBase")}
      onValue={(apiBase) => set({ apiBase })}
    />
  );

  return (
    <Dialog
      title={`Connect ${provider.name}`}
      onClose={onClose}
      footer={
        <>
          <KeychainNote />
          <Button onClick={onBack}>Back</Button>
          <Button look="primary" type="submit" form="connect-account" busy={connect.pending}>
            Connect
          </Button>
        </>
      }
    >
      <form
        ref={form}
        id="connect-account"
        className="form"
        noValidate
        onSubmit={(event) => void submit(event)}
      >
        <TextField
          label="Name"
          value={draft.name}
          problem={problem("name")}
          onValue={(name) => set({ name })}
        />
        {ownAddress && address}
        {provider.fields.map((field) => (
          <ConnectFieldInput
            key={field.name}
            field={field}
            value={draft.fields[field.name] ?? ""}
            problem={problem(field.name)}
            onValue={(value) =>
              setDraft((before) => ({ ...before, fields: { ...before.fields, [field.name]: value } }))
            }
          />
        ))}
        <Scopes scopes={provider.scopes} />
        {!asksForRegion(provider) && (provider.regions.length > 0 || provider.defaultRegion !== null) && (
          <SuggestField
            label="Default region"
            value={draft.defaultRegion}
            suggestions={provider.regions}
            onValue={(defaultRegion) => set({ defaultRegion })}
          />
        )}
        <StagingPart
          draft={draft}
          provider={provider}
          bucketProblem={problem("bucket")}
          problems={tried ? stagingProblems : {}}
          onDraft={set}
        />
        {!ownAddress && (
          <details className="connect-more">
            <summary>Another address of the API</summary>
            {address}
          </details>
        )}
        {connect.error !== null && <ErrorNotice error={connect.error} />}
      </form>
    </Dialog>
  );
}

/** A storage of the person's own that any provider can fetch from. */
const sharedBy = (stagings: Readonly<Record<string, StagingView>>): string | null =>
  Object.values(stagings).find(
    ({ practice, place }) => !practice && place.kind !== "oci" && place.kind !== "folder",
  )?.id ?? null;

/** Words stand in a line; whole sentences of a policy, to be copied, in a list that opens. */
function Scopes({ scopes }: { scopes: readonly string[] }) {
  if (scopes.length === 0) return null;
  const short = scopes.every((scope) => scope.length <= 40);
  if (short) {
    return (
      <p className="connect-scopes">
        Smallest rights it needs:
        {scopes.map((scope) => (
          <code key={scope}>{scope}</code>
        ))}
      </p>
    );
  }
  return (
    <details className="connect-more">
      <summary>Smallest rights it needs</summary>
      <ul className="connect-policies">
        {scopes.map((scope) => (
          <li key={scope}>
            <code>{scope}</code>
          </li>
        ))}
      </ul>
    </details>
  );
}
