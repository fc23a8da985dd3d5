import { useState } from "react";
import type { StagingView } from "#contract/staging.ts";
import { TextField } from "#renderer/components/field.tsx";
import { KeysDialog } from "#renderer/components/keys-dialog.tsx";
import { useKeysForm } from "#renderer/components/use-keys-form.ts";
import { useCall } from "#renderer/host/use-call.ts";
import { showDone } from "#renderer/view-state/toasts.ts";
import { judgeStagingChanges } from "./staging-changes.ts";
import { stagingDraftOf } from "./staging-draft.ts";
import { StagingFields } from "./staging-fields.tsx";

/** Another name, or other keys for the same place. */
export function ChangeStagingDialog({ staging, onClose }: { staging: StagingView; onClose: () => void }) {
  const [name, setName] = useState(staging.name);
  const [draft, setDraft] = useState(() => (staging.practice ? null : stagingDraftOf(staging)));
  const change = useCall("stagings.change", "inline");
  const { input, asksStorage, problems } = judgeStagingChanges(name, draft, staging);
  const send = async () => {
    if (input === null) return;
    const done = await change.run(input);
    setDraft((before) => before && { ...before, secret: "" });
    if (done === null) return;
    onClose();
    if (asksStorage)
      showDone(`${name.trim()} accepts the new keys`, "A small object was put, read and removed.");
  };
  const form = useKeysForm(input === null ? null : send);
  return (
    <KeysDialog
      title="Name and keys"
      confirm={asksStorage ? "Test and save" : "Save"}
      form={form}
      busy={change.pending}
      error={change.error}
      onClose={onClose}
    >
      <TextField
        label="Name"
        value={name}
        problem={form.tried ? (problems.name ?? null) : null}
        onValue={setName}
      />
      {draft === null ? (
        <p className="soft">
          {staging.practice
            ? "A practice storage has no keys of yours."
            : "It uses the keys of its account: change them there."}
        </p>
      ) : (
        <>
          <p className="soft">
            A small object is put, read and removed before the old keys are replaced. Another place is another
            storage: connect it as one of its own.
          </p>
          <StagingFields
            kept
            draft={draft}
            problems={form.tried ? problems : {}}
            onDraft={(part) => setDraft((before) => before && { ...before, ...part })}
          />
        </>
      )}
    </KeysDialog>
  );
}
