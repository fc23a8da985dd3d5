import { useState, type FormEvent } from "react";
import type { ImageView } from "#contract/image.ts";
import { Button } from "#renderer/components/button.tsx";
import { CheckBox } from "#renderer/components/check-box.tsx";
import { Dialog } from "#renderer/components/dialog.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { AddPracticeButton } from "#renderer/features/accounts/add-practice-button.tsx";
import { ConnectDialog } from "#renderer/features/accounts/connect-dialog.tsx";
import { ConnectStagingDialog } from "#renderer/features/staging/connect-staging-dialog.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { formatBytes } from "#renderer/lib/format-bytes.ts";
import { byName, useEntries } from "#renderer/mirror/use-mirror.ts";
import { closeDialog, go } from "#renderer/view-state/view-state.ts";
import { DestinationRow } from "./destination-row.tsx";
import { heldBack, newDestination, publishInput, type DestinationDraft } from "./destinations.ts";
import { usePlan } from "./use-plan.ts";
import "./publish-dialog.css";

/** One image, one or several accounts, what would happen in each, one button. */
export function PublishDialog({ image }: { image: ImageView }) {
  const accounts = useEntries("accounts", byName);
  const [drafts, setDrafts] = useState<Readonly<Record<string, Partial<DestinationDraft>>>>({});
  const [again, setAgain] = useState(false);
  /** Another dialog in the place of this one; what was typed here stays. */
  const [connecting, setConnecting] = useState<{ stagingFor: string } | "account" | null>(null);
  const publish = useCall("publish.start", "inline");

  const rows = accounts.map((account) => ({
    account,
    // The only account there is needs no choosing.
    draft: {
      ...newDestination(account, image.name),
      chosen: accounts.length === 1,
      ...drafts[account.id],
    },
  }));
  const chosen = rows.filter(({ draft }) => draft.chosen);
  const input = publishInput(image.id, chosen, again);
  const { plans, stale, error, askAgain } = usePlan(input);
  const why = heldBack(chosen, stale ? new Map() : plans, again);
  const repeated = chosen.some(({ account }) => (plans.get(account.id)?.same.length ?? 0) > 0);
  const nameOf = (id: string) => accounts.find((account) => account.id === id)?.name ?? id;
  const change = (id: string, part: Partial<DestinationDraft>) =>
    setDrafts((before) => ({ ...before, [id]: { ...before[id], ...part } }));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (input === null || why !== null) return;
    const started = await publish.run(input);
    const [first] = started?.jobIds ?? [];
    if (first === undefined) return;
    closeDialog();
    go({ screen: (started?.jobIds.length ?? 0) > 1 ? "batch" : "job", id: first });
  };

  if (connecting !== null && connecting !== "account") {
    return (
      <ConnectStagingDialog
        onClose={() => setConnecting(null)}
        onConnected={(staging) => {
          change(connecting.stagingFor, { staging });
          setConnecting(null);
        }}
      />
    );
  }
  if (connecting === "account") {
    return (
      <ConnectDialog
        onClose={() => setConnecting(null)}
        onConnected={(id) => {
          change(id, { chosen: true });
          setConnecting(null);
        }}
      />
    );
  }
  return (
    <Dialog
      title="Publish image"
      size="wide"
      onClose={closeDialog}
      footer={
        <>
          <span className="dialog-footer-note faint truncate" title={why ?? undefined}>
            {chosen.length === 0 || why === null ? `${image.name}, ${formatBytes(image.fileBytes)}` : why}
          </span>
          <Button onClick={closeDialog}>Cancel</Button>
          <Button
            look="primary"
            icon="upload"
            type="submit"
            form="publish-image"
            busy={publish.pending}
            unavailable={why}
          >
            {publishWords(chosen.length)}
          </Button>
        </>
      }
    >
      <form id="publish-image" className="publish-form" noValidate onSubmit={(event) => void submit(event)}>
        {accounts.length === 0 && (
          <p className="soft">
            No account is connected yet. Connect one, or try it on the practice accounts: they behave like the
            providers, need no network and cost nothing.
          </p>
        )}
        {rows.length > 0 && (
          <ul className="destinations" aria-label="Accounts">
            {rows.map(({ account, draft }) => (
              <DestinationRow
                key={account.id}
                imageId={image.id}
                account={account}
                draft={draft}
                plan={draft.chosen ? plans.get(account.id) : undefined}
                asking={stale && error === null}
                nameOf={nameOf}
                onConnectStaging={() => setConnecting({ stagingFor: account.id })}
                onDraft={(part) => change(account.id, part)}
              />
            ))}
          </ul>
        )}
        <div className="publish-more">
          <Button icon="key" onClick={() => setConnecting("account")}>
            Connect an account…
          </Button>
          <AddPracticeButton />
        </div>
        {repeated && (
          <CheckBox checked={again} onChecked={setAgain}>
            Publish again, although the same content is in an account already
          </CheckBox>
        )}
        {error !== null && (
          <ErrorNotice
            error={error}
            actions={
              <Button icon="refresh" onClick={askAgain}>
                Check again
              </Button>
            }
          />
        )}
        {publish.error !== null && <ErrorNotice error={publish.error} />}
      </form>
    </Dialog>
  );
}

const publishWords = (count: number): string =>
  count === 0 ? "Publish" : count === 1 ? "Publish to 1 account" : `Publish to ${count} accounts`;
