import { useEffect, useState } from "react";
import type { AccountView } from "#contract/account.ts";
import type { Instance } from "#contract/remote-special.ts";
import { SelectField, TextField } from "#renderer/components/field.tsx";
import { FormDialog } from "#renderer/components/form-dialog.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { go } from "#renderer/view-state/view-state.ts";

const asPanelThinks = "";
const types = [
  { value: asPanelThinks, label: "As the panel thinks" },
  { value: "linux", label: "Linux" },
  { value: "windows", label: "Windows" },
  { value: "other", label: "Other" },
] as const;
const cloudInits = [
  { value: asPanelThinks, label: "As the panel thinks" },
  { value: "yes", label: "Yes" },
  { value: "no", label: "No" },
] as const;

/** Makes a remote image of an instance's primary disk. */
export function CaptureDialog({ account, onClose }: { account: AccountView; onClose: () => void }) {
  const ask = useCall("accounts.instances", "inline");
  const capture = useCall("accounts.capture", "inline");
  const [instances, setInstances] = useState<readonly Instance[] | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const [typed, setTyped] = useState<string | null>(null);
  const [type, setType] = useState<(typeof types)[number]["value"]>(asPanelThinks);
  const [cloudInit, setCloudInit] = useState<(typeof cloudInits)[number]["value"]>(asPanelThinks);
  const { run } = ask;
  useEffect(() => void run({ accountId: account.id }).then(setInstances), [run, account.id]);
  const instance = instances?.find(({ id }) => id === chosen) ?? instances?.[0];
  const name = typed ?? instance?.name ?? "";
  const heldBack =
    instance === undefined ? "Choose an instance" : name.trim() === "" ? "A name is needed" : null;
  const error = ask.error ?? capture.error;
  const submit = async () => {
    if (instance === undefined || heldBack !== null) return;
    const made = await capture.run({
      accountId: account.id,
      instanceId: instance.id,
      name: name.trim(),
      ...(type === asPanelThinks ? {} : { type }),
      ...(cloudInit === asPanelThinks ? {} : { cloudInit: cloudInit === "yes" }),
    });
    if (made !== null) go({ screen: "remote-image", id: made.remoteImageId });
  };
  return (
    <FormDialog
      title="Capture from an instance"
      size="small"
      onClose={onClose}
      confirm="Capture"
      busy={capture.pending}
      heldBack={heldBack}
      error={error}
      onSubmit={submit}
    >
      <p className="soft">
        The panel makes an image of the instance's primary disk, as it is. Seal the guest first, or every copy
        of it has its identity and its keys.
      </p>
      {instances === null && ask.error === null && <p className="soft">Asking for instances…</p>}
      {instances?.length === 0 && <p className="soft">There are no instances in this account.</p>}
      {instance !== undefined && (
        <>
          <SelectField
            label="Instance"
            value={instance.id}
            options={(instances ?? []).map(({ id, name: word, status }) => ({
              value: id,
              label: status === "" ? word : `${word} (${status})`,
            }))}
            onValue={setChosen}
          />
          <TextField label="Name of the image" maxLength={255} value={name} onValue={setTyped} />
          <div className="field-row">
            <SelectField label="System" value={type} options={types} onValue={setType} />
            <SelectField label="cloud-init" value={cloudInit} options={cloudInits} onValue={setCloudInit} />
          </div>
        </>
      )}
    </FormDialog>
  );
}
