import { useState, type FormEvent } from "react";
import type { AccountView } from "#contract/account.ts";
import type { LaunchOptions, RemoteImage } from "#contract/remote-image.ts";
import { Button } from "#renderer/components/button.tsx";
import { CheckBox } from "#renderer/components/check-box.tsx";
import { Copyable } from "#renderer/components/copyable.tsx";
import { Dialog } from "#renderer/components/dialog.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { SelectField, TextField } from "#renderer/components/field.tsx";
import { LevelMark } from "#renderer/components/level-mark.tsx";
import { Segmented } from "#renderer/components/segmented.tsx";
import { TextAreaField } from "#renderer/components/text-area-field.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { launchHeldBack, launchRequest, newLaunchDraft, type LaunchDraft } from "./launch-draft.ts";

interface LaunchFormProps {
  image: RemoteImage;
  account: AccountView;
  options: LaunchOptions;
  onClose: () => void;
}

export function LaunchForm({ image, account, options, onClose }: LaunchFormProps) {
  const [draft, setDraft] = useState(() => newLaunchDraft(image.name, options));
  const [launched, setLaunched] = useState<{ instanceId: string; status: string } | null>(null);
  const launch = useCall("remote.launch", "inline");
  const set = (change: Partial<LaunchDraft>) => setDraft((before) => ({ ...before, ...change }));
  const creates = draft.mode === "create";
  const heldBack = launchHeldBack(draft, options);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (heldBack === null) setLaunched(await launch.run(launchRequest(image.id, draft)));
  };

  if (launched !== null) {
    return (
      <Dialog
        title={`Launch “${image.name}”`}
        size="small"
        onClose={onClose}
        footer={
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        <div className="launch-done" role="status">
          <p>
            <LevelMark level="pass" /> {account.name} has taken the request: {launched.status}.
          </p>
          <Copyable text={launched.instanceId} what="the instance id" />
          <p className="soft">The instance is the provider's now: look after it, and its cost, there.</p>
        </div>
      </Dialog>
    );
  }
  return (
    <Dialog
      title={`Launch “${image.name}”`}
      onClose={onClose}
      footer={
        <>
          <span className="dialog-footer-note faint">
            {account.practice ? "Practice: nothing is charged" : `At ${account.name}, at its price`}
          </span>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look={creates ? "primary" : "danger"}
            type="submit"
            form="launch-image"
            busy={launch.pending}
            unavailable={heldBack}
          >
            {creates ? "Launch" : "Replace its disk"}
          </Button>
        </>
      }
    >
      <form id="launch-image" className="form" noValidate onSubmit={(event) => void submit(event)}>
        {options.modes.length > 1 && (
          <Segmented
            label="What"
            value={draft.mode}
            options={[
              { value: "create", label: "A new instance" },
              { value: "reinstall", label: "Reinstall an existing one" },
            ]}
            onValue={(mode) => set({ mode })}
          />
        )}
        {creates ? (
          <NewInstance draft={draft} options={options} set={set} />
        ) : (
          <SelectField
            label="Instance"
            hint="Everything on its disk is lost."
            value={draft.instanceId}
            options={[
              { value: "", label: "Choose…" },
              ...options.instances.map(({ id, name, status }) => ({
                value: id,
                label: `${name} (${status})`,
              })),
            ]}
            onValue={(instanceId) => set({ instanceId })}
          />
        )}
        <Keys draft={draft} options={options} set={set} />
        <TextAreaField
          label="User data"
          hint="Given to cloud-init at first boot. Optional."
          placeholder="#cloud-config"
          value={draft.userData}
          onValue={(userData) => set({ userData })}
        />
        {launch.error !== null && <ErrorNotice error={launch.error} />}
      </form>
    </Dialog>
  );
}

interface PartProps {
  draft: LaunchDraft;
  options: LaunchOptions;
  set: (change: Partial<LaunchDraft>) => void;
}

const words = (values: readonly string[]) => values.map((value) => ({ value, label: value }));

function NewInstance({ draft, options, set }: PartProps) {
  return (
    <>
      <TextField label="Name" value={draft.name} onValue={(name) => set({ name })} />
      <div className="field-row">
        {options.regions.length > 0 && (
          <SelectField
            label="Region"
            value={draft.region}
            options={words(options.regions)}
            onValue={(region) => set({ region })}
          />
        )}
        {options.zones.length > 0 && (
          <SelectField
            label="Availability domain"
            value={draft.zone}
            options={words(options.zones)}
            onValue={(zone) => set({ zone })}
          />
        )}
        {options.sizes.length > 0 && (
          <SelectField
            label="Size"
            value={draft.size}
            options={options.sizes.map(({ id, text }) => ({ value: id, label: text }))}
            onValue={(size) => set({ size })}
          />
        )}
        {options.networks.length > 0 && (
          <SelectField
            label="Network"
            value={draft.network}
            options={options.networks.map(({ id, name }) => ({ value: id, label: name }))}
            onValue={(network) => set({ network })}
          />
        )}
      </div>
    </>
  );
}

/** Keys that the account has; where it keeps none, a public key is pasted. */
function Keys({ draft, options, set }: PartProps) {
  if (options.keys.length === 0) {
    return (
      <TextAreaField
        label="Public SSH key"
        hint={options.keyOptional ? "Optional." : "The account has no SSH key yet; add one at the provider."}
        rows={2}
        placeholder="ssh-ed25519 AAAA…"
        value={draft.publicKey}
        onValue={(publicKey) => set({ publicKey })}
      />
    );
  }
  return (
    <fieldset className="plain-fieldset">
      <legend className="field-label">SSH keys{options.keyOptional ? "" : " (at least one)"}</legend>
      <div className="launch-keys">
        {options.keys.map(({ id, name }) => (
          <CheckBox
            key={id}
            checked={draft.keyIds.includes(id)}
            onChecked={(on) =>
              set({ keyIds: on ? [...draft.keyIds, id] : draft.keyIds.filter((other) => other !== id) })
            }
          >
            {name}
          </CheckBox>
        ))}
      </div>
    </fieldset>
  );
}
