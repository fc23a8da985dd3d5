import type { ProviderId } from "#contract/finding.ts";
import type { Capabilities } from "#contract/provider-info.ts";
import { providerIds } from "#contract/provider-names.ts";
import { Button } from "#renderer/components/button.tsx";
import { Dialog } from "#renderer/components/dialog.tsx";
import { useEntries } from "#renderer/mirror/use-mirror.ts";
import { AddPracticeButton } from "./add-practice-button.tsx";
import { FoundConfigs } from "./found-configs.tsx";
import "./connect-dialog.css";

interface ProviderChoiceProps {
  onClose: () => void;
  onChoose: (provider: ProviderId) => void;
  onConnected: (accountId: string) => void;
}

/** How an image gets there, in a few words. */
function ingestWords({ ingest }: Capabilities): string {
  if (ingest.includes("own-object-storage")) return "put into its own object storage";
  if (ingest.includes("operator-hand-off")) return "handed to the operator of the panel";
  return "fetched from your storage";
}

export function ProviderChoice({ onClose, onChoose, onConnected }: ProviderChoiceProps) {
  const providers = useEntries(
    "providers",
    (a, b) => providerIds.indexOf(a.id) - providerIds.indexOf(b.id),
    ({ capabilities }) => capabilities.ingest.length > 0,
  );
  return (
    <Dialog
      title="Connect an account"
      size="large"
      onClose={onClose}
      footer={
        <>
          <span className="dialog-footer-note">
            <AddPracticeButton onAdded={(ids) => onConnected(ids[0] ?? "")} />
          </span>
          <Button onClick={onClose}>Cancel</Button>
        </>
      }
    >
      <div className="provider-choice" role="group" aria-label="Providers">
        {providers.map((provider) => (
          <button
            key={provider.id}
            type="button"
            className="provider-option"
            onClick={() => onChoose(provider.id)}
          >
            <strong>{provider.name}</strong>
            <span className="faint">Images are {ingestWords(provider.capabilities)}</span>
          </button>
        ))}
      </div>
      <FoundConfigs onChoose={onChoose} onImported={onConnected} />
    </Dialog>
  );
}
