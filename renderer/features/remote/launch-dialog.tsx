import { useEffect, useState } from "react";
import type { AccountView } from "#contract/account.ts";
import type { LaunchOptions, RemoteImage } from "#contract/remote-image.ts";
import { AppError } from "#core/lib/app-error.ts";
import { Button } from "#renderer/components/button.tsx";
import { Dialog } from "#renderer/components/dialog.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { useCore } from "#renderer/host/core-context.tsx";
import { LaunchForm } from "./launch-form.tsx";

interface LaunchDialogProps {
  image: RemoteImage;
  account: AccountView;
  onClose: () => void;
}

/** Asks the account what there is to choose from, then shows the form. */
export function LaunchDialog({ image, account, onClose }: LaunchDialogProps) {
  const { client } = useCore();
  const [options, setOptions] = useState<LaunchOptions | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  useEffect(() => {
    const closing = new AbortController();
    client
      .call("remote.launchOptions", { remoteImageId: image.id }, closing.signal)
      .then(setOptions, (cause) => {
        if (!closing.signal.aborted) setError(AppError.from(cause));
      });
    return () => closing.abort();
  }, [client, image.id]);

  if (options !== null) {
    return <LaunchForm image={image} account={account} options={options} onClose={onClose} />;
  }
  return (
    <Dialog
      title={`Launch “${image.name}”`}
      onClose={onClose}
      footer={<Button onClick={onClose}>{error === null ? "Cancel" : "Close"}</Button>}
    >
      {error === null ? (
        <p className="soft job-waiting">
          <span className="ring job-ring" aria-hidden="true" /> Asking {account.name} for sizes, keys and
          regions…
        </p>
      ) : (
        <ErrorNotice error={error} />
      )}
    </Dialog>
  );
}
