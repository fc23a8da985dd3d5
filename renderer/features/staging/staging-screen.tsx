import { useCallback, useEffect, useState } from "react";
import type { StagingItem, StagingView } from "#contract/staging.ts";
import { Badge } from "#renderer/components/badge.tsx";
import { Button, IconButton } from "#renderer/components/button.tsx";
import { ConfirmDialog } from "#renderer/components/confirm-dialog.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { Icon } from "#renderer/components/icon.tsx";
import { LevelMark } from "#renderer/components/level-mark.tsx";
import { ScreenHeader } from "#renderer/components/screen-header.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { formatBytes } from "#renderer/lib/format-bytes.ts";
import { formatMoment } from "#renderer/lib/format-time.ts";
import { useDerived, useEntry } from "#renderer/mirror/use-mirror.ts";
import { showDone } from "#renderer/view-state/toasts.ts";
import { go } from "#renderer/view-state/view-state.ts";
import { ChangeStagingDialog } from "./change-staging-dialog.tsx";
import { StagingItems } from "./staging-items.tsx";
import { placeWords, stagingKindWords } from "./staging-words.ts";
import "./staging-screen.css";

/** What lies on one staging storage, whose it is, and the broom. */
export function StagingScreen({ stagingId }: { stagingId: string }) {
  const staging = useEntry("stagings", stagingId);
  const [items, setItems] = useState<readonly StagingItem[] | null>(null);
  const [asking, setAsking] = useState<"change" | "remove" | null>(null);
  const look = useCall("stagings.list", "inline");
  const clean = useCall("stagings.clean");
  const remove = useCall("stagings.remove");
  const users = useDerived(({ accounts }) =>
    Object.values(accounts).flatMap((account) => (account.stagingId === stagingId ? [account.name] : [])),
  );
  const known = staging !== undefined;
  const { run } = look;
  const refresh = useCallback(
    () => run({ stagingId }).then((found) => found !== null && setItems(found)),
    [run, stagingId],
  );
  useEffect(() => {
    if (known) void refresh();
  }, [known, refresh]);
  if (staging === undefined) return <p className="screen-empty">This storage is no longer connected.</p>;

  const leftOver = items?.filter(({ jobIds }) => jobIds.length === 0) ?? [];
  const kept = items?.filter(({ keptUntil }) => keptUntil !== null) ?? [];
  const sweep = async (withKept: boolean) => {
    const removed = await clean.run({ stagingId, kept: withKept });
    if (removed === null) return;
    showDone(removed.length === 1 ? "1 thing removed" : `${removed.length} things removed`);
    await refresh();
  };
  return (
    <>
      <ScreenHeader
        mark={<Icon name="tray" />}
        title={staging.name}
        badge={staging.practice && <Badge tone="accent">Practice</Badge>}
        meta={
          <>
            <span>{stagingKindWords[staging.place.kind]}</span>
            <span>{placeWords(staging.place)}</span>
            <span>{users.length === 0 ? "used by no account" : `used by ${users.join(", ")}`}</span>
          </>
        }
        actions={
          <>
            <Button icon="refresh" busy={look.pending} onClick={() => void refresh()}>
              Look again
            </Button>
            <Button
              busy={clean.pending}
              unavailable={leftOver.length === 0 ? "Nothing is left over" : null}
              onClick={() => void sweep(false)}
            >
              Clean up
            </Button>
            {kept.length > 0 && (
              <Button
                busy={clean.pending}
                title="What waits for a retry is removed too; the retry uploads it again"
                onClick={() => void sweep(true)}
              >
                Remove now
              </Button>
            )}
            <Button icon="key" onClick={() => setAsking("change")}>
              {staging.practice ? "Name…" : "Name and keys…"}
            </Button>
            <IconButton
              icon="trash"
              label="Remove storage"
              busy={remove.pending}
              unavailable={users.length > 0 ? `${users.join(", ")} would have no staging` : null}
              onClick={() => setAsking("remove")}
            />
          </>
        }
      />
      <div className="screen-body staging-body">
        {look.error !== null && <ErrorNotice error={look.error} />}
        <Seen staging={staging} pending={look.pending} />
        {items !== null && items.length > 0 && <StagingItems items={items} />}
      </div>
      {asking === "change" && <ChangeStagingDialog staging={staging} onClose={() => setAsking(null)} />}
      {asking === "remove" && (
        <ConfirmDialog
          title={`Remove “${staging.name}”?`}
          confirm="Remove storage"
          onConfirm={() => {
            void remove.run({ stagingId }).then((done) => done !== null && go({ screen: "home" }));
          }}
          onClose={() => setAsking(null)}
        >
          Goldsmith forgets the storage and its keys. What lies there stays.
        </ConfirmDialog>
      )}
    </>
  );
}

/** The last look at the storage itself, in words. */
function Seen({ staging: { seen }, pending }: { staging: StagingView; pending: boolean }) {
  if (seen === null) {
    return <p className="soft">{pending ? "Looking at the storage…" : "Not looked at yet."}</p>;
  }
  const count = seen.objects + seen.unfinished;
  if (count === 0) {
    return (
      <p className="staging-seen">
        <LevelMark level="pass" />
        <span>
          <strong>Empty</strong>, verified at {formatMoment(seen.at)}.
          <span className="soft"> Nothing of Goldsmith lies there, nor an unfinished upload.</span>
        </span>
      </p>
    );
  }
  const parts = [
    ...(seen.objects > 0 ? [seen.objects === 1 ? "1 object" : `${seen.objects} objects`] : []),
    ...(seen.unfinished > 0
      ? [seen.unfinished === 1 ? "1 unfinished upload" : `${seen.unfinished} unfinished uploads`]
      : []),
  ];
  return (
    <p className="staging-seen">
      <LevelMark level="info" />
      <span>
        <strong>{parts.join(" and ")}</strong>, {formatBytes(seen.bytes)}, seen at {formatMoment(seen.at)}.
      </span>
    </p>
  );
}
