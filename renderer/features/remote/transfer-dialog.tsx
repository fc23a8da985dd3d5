import { useState, type FormEvent } from "react";
import type { ProviderInfo } from "#contract/provider-info.ts";
import type { RemoteImage } from "#contract/remote-image.ts";
import { Button } from "#renderer/components/button.tsx";
import { Dialog } from "#renderer/components/dialog.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { SuggestField } from "#renderer/components/suggest-field.tsx";
import { useCall } from "#renderer/host/use-call.ts";

interface TransferDialogProps {
  image: RemoteImage;
  provider: ProviderInfo;
  onClose: () => void;
}

/** Brings an image to one more region; it stays where it is too. */
export function TransferDialog({ image, provider, onClose }: TransferDialogProps) {
  const [region, setRegion] = useState("");
  const transfer = useCall("remote.transfer", "inline");
  const word = region.trim();
  const heldBack =
    word === "" ? "Choose a region" : image.regions.includes(word) ? "It is there already" : null;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (heldBack !== null) return;
    const done = await transfer.run({ remoteImageId: image.id, region: word });
    if (done !== null) onClose();
  };
  return (
    <Dialog
      title="One more region"
      size="small"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            type="submit"
            form="transfer-remote"
            busy={transfer.pending}
            unavailable={heldBack}
          >
            Transfer
          </Button>
        </>
      }
    >
      <form id="transfer-remote" className="form" noValidate onSubmit={(event) => void submit(event)}>
        <p className="soft">
          “{image.name}” is in {image.regions.length === 0 ? "no region yet" : image.regions.join(", ")} and
          stays there. {provider.name} copies it by itself; the region appears here when it is done.
        </p>
        <SuggestField
          label="Region"
          value={region}
          suggestions={provider.regions.filter((known) => !image.regions.includes(known))}
          onValue={setRegion}
        />
        {transfer.error !== null && <ErrorNotice error={transfer.error} />}
      </form>
    </Dialog>
  );
}
