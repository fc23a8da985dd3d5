import { useEffect, useState } from "react";
import type { AccountView } from "#contract/account.ts";
import { Badge } from "#renderer/components/badge.tsx";
import { Button, IconButton } from "#renderer/components/button.tsx";
import { ConfirmDialog } from "#renderer/components/confirm-dialog.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { Icon } from "#renderer/components/icon.tsx";
import { ScreenHeader } from "#renderer/components/screen-header.tsx";
import { providerNames } from "#renderer/features/check/providers.ts";
import { newestRemote, remoteRows } from "#renderer/features/remote/remote-rows.ts";
import { RemoteTable } from "#renderer/features/remote/remote-table.tsx";
import { useRefreshAccounts } from "#renderer/features/remote/use-refresh-accounts.ts";
import { useCall } from "#renderer/host/use-call.ts";
import { byName, useEntries, useEntry } from "#renderer/mirror/use-mirror.ts";
import { showDone } from "#renderer/view-state/toasts.ts";
import { go } from "#renderer/view-state/view-state.ts";
import { AccountSettings } from "./account-settings.tsx";
import { CaptureDialog } from "./capture-dialog.tsx";
import { ChangeAccountDialog } from "./change-account-dialog.tsx";
import { QuotaPart } from "./quota-part.tsx";
import "./account-screen.css";

export function AccountScreen({ accountId }: { accountId: string }) {
  const account = useEntry("accounts", accountId);
  if (account === undefined) return <p className="screen-empty">This account is no longer connected.</p>;
  return <Connected account={account} />;
}

function Connected({ account }: { account: AccountView }) {
  const accountId = account.id;
  const images = useEntries("remoteImages", byName, (image) => image.accountId === accountId);
  const provider = useEntry("providers", account.provider);
  const [query, setQuery] = useState(newestRemote);
  const [asking, setAsking] = useState<"remove" | "capture" | "change" | null>(null);
  const refresh = useRefreshAccounts();
  const test = useCall("accounts.test");
  const remove = useCall("accounts.remove");
  const { run } = refresh;
  // What stands there is known only after asking: an account that was not asked is not an empty one.
  useEffect(() => void run([accountId]), [accountId, run]);

  return (
    <>
      <ScreenHeader
        mark={<Icon name={account.practice ? "flask" : "cloud"} />}
        title={account.name}
        badge={account.practice && <Badge tone="accent">Practice</Badge>}
        meta={
          <>
            <span>{providerNames[account.provider]}</span>
            <span>{account.practice ? "built in: no network, no cost" : account.apiBase}</span>
          </>
        }
        actions={
          <>
            <Button
              busy={test.pending}
              title="Asks with the kept credentials"
              onClick={() => {
                void test.run({ accountId: account.id }).then((done) => {
                  if (done !== null) showDone(`${account.name} accepts the credentials`);
                });
              }}
            >
              Test
            </Button>
            {provider?.capabilities.captureImage === true && (
              <Button onClick={() => setAsking("capture")}>Capture from an instance…</Button>
            )}
            <Button icon="key" onClick={() => setAsking("change")}>
              {account.practice ? "Name…" : "Name and keys…"}
            </Button>
            <Button icon="refresh" busy={refresh.pending} onClick={() => void run([accountId])}>
              Refresh
            </Button>
            <IconButton
              icon="trash"
              label="Remove account"
              busy={remove.pending}
              onClick={() => setAsking("remove")}
            />
          </>
        }
      />
      <div className="screen-body account-body">
        {provider?.capabilities.quota === true && <QuotaPart key={images.length} accountId={account.id} />}
        <AccountSettings account={account} provider={provider} />
        <section>
          <h3 className="section-title">Remote images</h3>
          {refresh.failures.map(({ error }) => (
            <ErrorNotice key={error.code} error={error} />
          ))}
          {images.length > 0 ? (
            <RemoteTable
              images={remoteRows(images, query, () => "")}
              query={query}
              onQuery={setQuery}
              showAccount={false}
            />
          ) : (
            <p className="soft">{emptyWords(refresh.pending, refresh.answered.includes(account.id))}</p>
          )}
        </section>
      </div>
      {asking === "capture" && <CaptureDialog account={account} onClose={() => setAsking(null)} />}
      {asking === "change" && provider !== undefined && (
        <ChangeAccountDialog account={account} provider={provider} onClose={() => setAsking(null)} />
      )}
      {asking === "remove" && (
        <ConfirmDialog
          title={`Remove “${account.name}”?`}
          confirm="Remove account"
          onConfirm={() => {
            void remove.run({ accountId: account.id }).then((done) => {
              if (done !== null) go({ screen: "home" });
            });
          }}
          onClose={() => setAsking(null)}
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
