import { Button } from "#renderer/components/button.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { useDerived } from "#renderer/mirror/use-mirror.ts";
import { showDone } from "#renderer/view-state/toasts.ts";

/** One click for all of them; gone once they are there. */
export function AddPracticeButton({ onAdded }: { onAdded?: (accountIds: readonly string[]) => void }) {
  const add = useCall("accounts.addPractice");
  const complete = useDerived(({ accounts, providers }) => {
    const practised = new Set(
      Object.values(accounts).flatMap((account) => (account.practice ? [account.provider] : [])),
    );
    return Object.values(providers).every(
      ({ id, capabilities }) => capabilities.ingest.length === 0 || practised.has(id),
    );
  });
  if (complete) return null;
  return (
    <Button
      icon="flask"
      busy={add.pending}
      title="Built-in emulators of every provider: no network, no cost"
      onClick={() => {
        void add.run({}).then((added) => {
          if (added === null) return;
          showDone(`${added.accountIds.length} practice accounts`, "Built in: no network, no cost.");
          onAdded?.(added.accountIds);
        });
      }}
    >
      Add the practice accounts
    </Button>
  );
}
