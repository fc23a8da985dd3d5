import { useState } from "react";
import type { ProviderInfo } from "#contract/provider-info.ts";
import type { RemoteImage } from "#contract/remote-image.ts";
import { SuggestField } from "#renderer/components/suggest-field.tsx";
import { FormDialog } from "#renderer/components/form-dialog.tsx";
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
  const submit = async () => {
    const done = await transfer.run({ remoteImageId: image.id, region: word });
    if (done !== null) onClose();
  };
  return (
    <FormDialog
      title="One more region"
      size="small"
      onClose={onClose}
      confirm="Transfer"
      busy={transfer.pending}
      heldBack={heldBack}
      error={transfer.error}
      onSubmit={submit}
    >
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
    </FormDialog>
  );
}
