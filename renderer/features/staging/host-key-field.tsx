import { Button } from "#renderer/components/button.tsx";
import { CheckBox } from "#renderer/components/check-box.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { useCall } from "#renderer/host/use-call.ts";
import { useState } from "react";
import type { StagingDraft } from "./staging-draft.ts";
import "./host-key-field.css";

interface HostKeyFieldProps {
  draft: Pick<StagingDraft, "host" | "port" | "hostKeySha256">;
  problem: string | null;
  onDraft: (change: Partial<StagingDraft>) => void;
}

/** The key that the server shows, asked for before anything is sent to it. */
interface ShownKey {
  place: string;
  sha256: string;
  type: string;
}

export function HostKeyField({ draft, problem, onDraft }: HostKeyFieldProps) {
  const [shown, setShown] = useState<ShownKey | null>(null);
  const ask = useCall("stagings.hostKey", "inline");
  const place = `${draft.host.trim()}:${draft.port.trim()}`;
  const key = shown?.place === place ? shown : null;
  const accepted = key !== null && draft.hostKeySha256 === key.sha256;
  const look = async () => {
    const before = draft.hostKeySha256;
    const answer = await ask.run({ host: draft.host.trim(), port: Number(draft.port) });
    if (answer?.sha256 !== before) onDraft({ hostKeySha256: null });
    setShown(answer === null ? null : { ...answer, place });
  };
  return (
    <div className="host-key">
      {key === null ? (
        <div className="host-key-line">
          <Button
            icon="key"
            busy={ask.pending}
            unavailable={draft.host.trim() === "" ? "Name the server first" : null}
            onClick={() => void look()}
          >
            Look at the server's key
          </Button>
          <span className={problem === null ? "field-line" : "field-line field-problem"}>
            {problem ??
              (draft.hostKeySha256 === null
                ? "Nothing is sent to a server whose key you have not accepted."
                : `Accepted: ${draft.hostKeySha256}`)}
          </span>
        </div>
      ) : (
        <>
          <p className="field-line">{place} shows this key. Compare it with what its operator tells:</p>
          <code className="host-key-print selectable">
            {key.type} {key.sha256}
          </code>
          <CheckBox checked={accepted} onChecked={(on) => onDraft({ hostKeySha256: on ? key.sha256 : null })}>
            This is the right server
          </CheckBox>
          {problem !== null && <p className="field-line field-problem">Accept the key to go on</p>}
        </>
      )}
      {ask.error !== null && <ErrorNotice error={ask.error} />}
    </div>
  );
}
