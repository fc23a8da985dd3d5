import { useState } from "react";
import type { AccountView } from "#contract/account.ts";
import type { ProviderInfo } from "#contract/provider-info.ts";
import { TextField } from "#renderer/components/field.tsx";
import { KeysDialog } from "#renderer/components/keys-dialog.tsx";
import { useKeysForm } from "#renderer/components/use-keys-form.ts";
import { useCall } from "#renderer/host/use-call.ts";
import { showDone } from "#renderer/view-state/toasts.ts";
import { accountDraft, judgeChanges } from "./account-changes.ts";
import { emptySecrets } from "./connect-draft.ts";
import { ConnectFields } from "./connect-fields.tsx";
import { Scopes } from "./scopes.tsx";
import "./connect-dialog.css";

interface ChangeAccountDialogProps {
  account: AccountView;
  provider: ProviderInfo;
  onClose: () => void;
}

/** Another name, or other keys: the form that connected it, with what may be shown filled in. */
export function ChangeAccountDialog({ account, provider, onClose }: ChangeAccountDialogProps) {
  const fields = account.practice ? [] : provider.fields;
  const [draft, setDraft] = useState(() => accountDraft(account, fields));
  const change = useCall("accounts.change", "inline");
  const { input, asksProvider, problems } = judgeChanges(draft, account, fields);
  const send = async () => {
    if (input === null) return;
    const done = await change.run(input);
    setDraft((before) => ({ ...before, fields: emptySecrets(before.fields, fields) }));
    if (done === null) return;
    onClose();
    if (asksProvider) showDone(`${provider.name} accepts the new keys`);
  };
  const form = useKeysForm(input === null ? null : send);
  const problem = (name: string) => (form.tried ? (problems[name] ?? null) : null);
  return (
    <KeysDialog
      title="Name and keys"
      confirm={asksProvider ? "Test and save" : "Save"}
      form={form}
      busy={change.pending}
      error={change.error}
      onClose={onClose}
    >
      <TextField
        label="Name"
        value={draft.name}
        problem={problem("name")}
        onValue={(name) => setDraft((before) => ({ ...before, name }))}
      />
      {account.practice ? (
        <p className="soft">A practice account has no keys of yours: its emulator makes them.</p>
      ) : (
        <>
          <p className="soft">
            New keys are tested with the smallest call before the old ones are replaced. Fields of secrets are
            empty because Goldsmith never shows one again.
          </p>
          <ConnectFields
            kept
            fields={fields}
            values={draft.fields}
            problem={problem}
            onValues={(values) => setDraft((before) => ({ ...before, fields: values }))}
          />
          <Scopes scopes={provider.scopes} />
        </>
      )}
    </KeysDialog>
  );
}
