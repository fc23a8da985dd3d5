import { useState } from "react";
import type { ProviderId } from "#contract/finding.ts";
import { useEntry } from "#renderer/mirror/use-mirror.ts";
import { ConnectForm } from "./connect-form.tsx";
import { ProviderChoice } from "./provider-choice.tsx";

interface ConnectDialogProps {
  onClose: () => void;
  /** With the new account, or the first of several. */
  onConnected: (accountId: string) => void;
}

/** Connects an account: first whose (or what was found on this computer), then what the provider asks. */
export function ConnectDialog({ onClose, onConnected }: ConnectDialogProps) {
  const [chosen, setChosen] = useState<ProviderId | null>(null);
  const provider = useEntry("providers", chosen ?? "");
  if (provider === undefined) {
    return <ProviderChoice onClose={onClose} onChoose={setChosen} onConnected={onConnected} />;
  }
  return (
    <ConnectForm
      provider={provider}
      onBack={() => setChosen(null)}
      onClose={onClose}
      onConnected={onConnected}
    />
  );
}
