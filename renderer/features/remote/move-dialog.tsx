import { useEffect, useState } from "react";
import type { AccountView } from "#contract/account.ts";
import type { RemoteImage } from "#contract/remote-image.ts";
import type { Compartment } from "#contract/remote-special.ts";
import { SelectField } from "#renderer/components/field.tsx";
import { FormDialog } from "#renderer/components/form-dialog.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { showDone } from "#renderer/view-state/toasts.ts";

interface MoveDialogProps {
  image: RemoteImage;
  account: AccountView;
  onClose: () => void;
}

/** Brings an image into another compartment, where this account does not look. */
export function MoveDialog({ image, account, onClose }: MoveDialogProps) {
  const ask = useCall("remote.compartments", "inline");
  const move = useCall("remote.move", "inline");
  const [others, setOthers] = useState<readonly Compartment[] | null>(null);
  const [chosen, setChosen] = useState<string | null>(null);
  const { run } = ask;
  const { compartment = "", tenancy } = account.settings;
  const own = compartment === "" ? tenancy : compartment;
  useEffect(() => {
    void run({ remoteImageId: image.id }).then((found) => {
      setOthers(found?.filter(({ id }) => id !== own) ?? null);
    });
  }, [run, image.id, own]);
  const target = others?.find(({ id }) => id === chosen) ?? others?.[0];
  const heldBack = others === null ? "Asking first" : target === undefined ? "There is no other" : null;
  const error = ask.error ?? move.error;
  const submit = async () => {
    if (target === undefined) return;
    const done = await move.run({ remoteImageId: image.id, compartmentId: target.id });
    if (done === null) return;
    showDone(`Moved ${image.name} to ${target.name}`);
    onClose();
  };
  return (
    <FormDialog
      title={`Move “${image.name}”`}
      size="small"
      onClose={onClose}
      confirm="Move"
      busy={move.pending}
      heldBack={heldBack}
      error={error}
      onSubmit={submit}
    >
      <p className="soft">
        {account.name} shows the images of its own compartment: a moved image leaves this list, and is seen by
        an account that is connected with the other compartment.
      </p>
      {others === null && ask.error === null && <p className="soft">Asking for compartments…</p>}
      {others?.length === 0 && <p className="soft">This user sees no other compartment.</p>}
      {target !== undefined && (
        <SelectField
          label="Compartment"
          hint={target.description}
          value={target.id}
          options={(others ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          onValue={setChosen}
        />
      )}
    </FormDialog>
  );
}
