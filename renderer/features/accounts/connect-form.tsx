import { useState } from "react";
import type { ProviderInfo } from "#contract/provider-info.ts";
import type { StagingView } from "#contract/staging.ts";
import { TextField } from "#renderer/components/field.tsx";
import { KeysDialog } from "#renderer/components/keys-dialog.tsx";
import { SuggestField } from "#renderer/components/suggest-field.tsx";
import { useKeysForm } from "#renderer/components/use-keys-form.ts";
import { useCall } from "#renderer/host/use-call.ts";
import { useDerived } from "#renderer/mirror/use-mirror.ts";
import { ConnectFields } from "./connect-fields.tsx";
import {
  asksForRegion,
  judgeConnect,
  newConnectDraft,
  withoutSecrets,
  type ConnectDraft,
} from "./connect-draft.ts";
import { Scopes } from "./scopes.tsx";
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
  const connect = useCall("accounts.connect", "inline");
  const { input, problems, stagingProblems } = judgeConnect(draft, provider);
  const set = (change: Partial<ConnectDraft>) => setDraft((before) => ({ ...before, ...change }));
  const send = async () => {
    if (input === null) return;
    const connected = await connect.run(input);
    setDraft((before) => withoutSecrets(before, provider));
    if (connected !== null) onConnected(connected.accountId);
  };
  const form = useKeysForm(input === null ? null : send);
  const problem = (name: string) => (form.tried ? (problems[name] ?? null) : null);

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
    <KeysDialog
      title={`Connect ${provider.name}`}
      confirm="Connect"
      form={form}
      busy={connect.pending}
      error={connect.error}
      onBack={onBack}
      onClose={onClose}
    >
      <TextField
        label="Name"
        value={draft.name}
        problem={problem("name")}
        onValue={(name) => set({ name })}
      />
      {ownAddress && address}
      <ConnectFields
        fields={provider.fields}
        values={draft.fields}
        problem={problem}
        onValues={(fields) => set({ fields })}
      />
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
        problems={form.tried ? stagingProblems : {}}
        onDraft={set}
      />
      {!ownAddress && (
        <details className="connect-more">
          <summary>Another address of the API</summary>
          {address}
        </details>
      )}
    </KeysDialog>
  );
}

/** A storage of the person's own that any provider can fetch from. */
const sharedBy = (stagings: Readonly<Record<string, StagingView>>): string | null =>
  Object.values(stagings).find(
    ({ practice, place }) => !practice && place.kind !== "oci" && place.kind !== "folder",
  )?.id ?? null;
