import { useEffect, useState } from "react";
import type { RemoteState } from "#contract/remote-image.ts";
import { Button } from "#renderer/components/button.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { Icon } from "#renderer/components/icon.tsx";
import { ScreenHeader } from "#renderer/components/screen-header.tsx";
import { AddPracticeButton } from "#renderer/features/accounts/add-practice-button.tsx";
import { byName, useDerived, useEntries } from "#renderer/mirror/use-mirror.ts";
import { openDialog } from "#renderer/view-state/view-state.ts";
import { RemoteFilter } from "./remote-filter.tsx";
import { newestRemote, remoteRows } from "./remote-rows.ts";
import { RemoteTable } from "./remote-table.tsx";
import { useRefreshAccounts } from "./use-refresh-accounts.ts";
import "./remote-screen.css";

/** The images of all accounts in one list. */
export function RemoteScreen() {
  const accounts = useEntries("accounts", byName);
  const images = useEntries("remoteImages", byName);
  const [query, setQuery] = useState(newestRemote);
  const refresh = useRefreshAccounts();
  const { run } = refresh;
  const ids = useDerived((state) => Object.keys(state.accounts));
  // Asked anew when an account comes along; the list of now stays on the screen meanwhile.
  useEffect(() => void run(ids), [ids, run]);

  if (accounts.length === 0) return <NoAccounts />;
  const names = new Map(accounts.map(({ id, name }) => [id, name]));
  const rows = remoteRows(images, query, (id) => names.get(id) ?? "");
  const states = [...new Set(images.map(({ state }) => state))] satisfies RemoteState[];

  return (
    <>
      <ScreenHeader
        mark={<Icon name="cloud" />}
        title="Remote images"
        meta={
          <>
            <span>{images.length === 1 ? "1 image" : `${images.length} images`}</span>
            <span>{accounts.length === 1 ? "1 account" : `${accounts.length} accounts`}</span>
          </>
        }
        actions={
          <Button icon="refresh" busy={refresh.pending} onClick={() => void run(ids)}>
            Refresh
          </Button>
        }
      />
      <RemoteFilter query={query} onQuery={setQuery} accounts={accounts} states={states} />
      <div className="screen-body remote-body">
        {refresh.failures.map(({ accountId, error }) => (
          <ErrorNotice
            key={accountId}
            error={{ ...error.toWire(), message: `${names.get(accountId) ?? ""}: ${error.message}` }}
            actions={
              <Button icon="refresh" onClick={() => void run([accountId])}>
                Ask again
              </Button>
            }
          />
        ))}
        {rows.length > 0 && <RemoteTable images={rows} query={query} onQuery={setQuery} />}
        {rows.length === 0 && images.length > 0 && (
          <p className="soft remote-none">
            No image answers this search.{" "}
            <button type="button" className="link-button" onClick={() => setQuery(newestRemote)}>
              Show all
            </button>
          </p>
        )}
        {images.length === 0 && (
          <p className="soft remote-none">
            {refresh.pending
              ? "Asking the accounts for their images…"
              : "There are no images in these accounts yet. Publish one from the library: it appears here as soon as the provider knows of it."}
          </p>
        )}
      </div>
    </>
  );
}

function NoAccounts() {
  return (
    <>
      <ScreenHeader mark={<Icon name="cloud" />} title="Remote images" />
      <div className="screen-body">
        <div className="remote-start">
          <p>
            <strong>No account is connected yet.</strong>
          </p>
          <p className="soft">
            Connect one to publish to it and to see its images here, with their state in the provider's own
            word. Or try everything on the practice accounts: built in, no network, no cost.
          </p>
          <div className="remote-start-actions">
            <Button look="primary" icon="key" onClick={() => openDialog({ kind: "connect-account" })}>
              Connect an account…
            </Button>
            <AddPracticeButton />
          </div>
        </div>
      </div>
    </>
  );
}
