import { useEffect, useState } from "react";
import { Badge } from "#renderer/components/badge.tsx";
import { Button, IconButton } from "#renderer/components/button.tsx";
import { ConfirmDialog } from "#renderer/components/confirm-dialog.tsx";
import { Icon } from "#renderer/components/icon.tsx";
import { ScreenHeader } from "#renderer/components/screen-header.tsx";
import { providerNames } from "#renderer/features/check/providers.ts";
import { useCall } from "#renderer/host/use-call.ts";
import { useEntries, useEntry } from "#renderer/mirror/use-mirror.ts";
import { go } from "#renderer/view-state/view-state.ts";
import { RemoteImageList } from "./remote-image-list.tsx";

export function AccountScreen({ accountId }: { accountId: string }) {
  const account = useEntry("accounts", accountId);
  const staging = useEntry("stagings", account?.stagingId ?? "");
  const images = useEntries(
    "remoteImages",
    (a, b) => (b.createdAt ?? "").localeCompare(a.createdAt ?? ""),
    (image) => image.accountId === accountId,
  );
  const refresh = useCall("accounts.refresh");
  const remove = useCall("accounts.remove");
  const [asking, setAsking] = useState(false);
  const [asked, setAsked] = useState<string | null>(null);
  const { run: ask } = refresh;
  const known = account !== undefined;
  // What stands there is known only after asking: an account that was not asked is not an empty one.
  useEffect(() => {
    if (known) void ask({ accountId }).then((answer) => answer !== null && setAsked(accountId));
  }, [known, accountId, ask]);
  if (account === undefined) return <p className="screen-empty">This account is no longer connected.</p>;

  return (
    <>
      <ScreenHeader
        mark={<Icon name={account.practice ? "flask" : "cloud"} />}
        title={account.name}
        badge={account.practice && <Badge tone="accent">Practice</Badge>}
        meta={
          <>
            <span>{providerNames[account.provider]}</span>
            <span>{account.defaultRegion}</span>
            {account.practice ? (
              <span>built in: no network, no cost</span>
            ) : (
              staging !== undefined && <span>staging on {staging.name}</span>
            )}
          </>
        }
        actions={
          <>
            <Button icon="refresh" busy={refresh.pending} onClick={() => void refresh.run({ accountId })}>
              Refresh
            </Button>
            <IconButton
              icon="trash"
              label="Remove account"
              busy={remove.pending}
              onClick={() => setAsking(true)}
            />
          </>
        }
      />
      <div className="screen-body">
        {images.length === 0 ? (
          <p className="soft">{emptyWords(refresh.pending, asked === accountId)}</p>
        ) : (
          <RemoteImageList images={images} />
        )}
      </div>
      {asking && (
        <ConfirmDialog
          title={`Remove “${account.name}”?`}
          confirm="Remove account"
          onConfirm={() => {
            void remove.run({ accountId }).then((done) => {
              if (done !== null) go({ screen: "home" });
            });
          }}
          onClose={() => setAsking(false)}
        >
          Goldsmith forgets the account and its keys. Images at the provider stay there.
        </ConfirmDialog>
      )}
    </>
  );
}

function emptyWords(pending: boolean, asked: boolean): string {
  if (pending) return "Asking the account for its images…";
  if (!asked) return "The account could not be asked for its images. Refresh to try again.";
  return "There are no images in this account. Publish one from the library, or refresh.";
}
