import { useEffect, useState } from "react";
import type { FoundConfig } from "#contract/account.ts";
import type { ProviderId } from "#contract/finding.ts";
import { Badge } from "#renderer/components/badge.tsx";
import { Button } from "#renderer/components/button.tsx";
import { ErrorNotice } from "#renderer/components/error-notice.tsx";
import { TextField } from "#renderer/components/field.tsx";
import { providerNames } from "#renderer/features/check/providers.ts";
import { useCall } from "#renderer/host/use-call.ts";
import { showDone } from "#renderer/view-state/toasts.ts";

interface FoundConfigsProps {
  /** Something is missing: the provider's form asks for it. */
  onChoose: (provider: ProviderId) => void;
  onImported: (accountId: string) => void;
}

/** Configurations of other tools on this computer, each taken over with one click. */
export function FoundConfigs({ onChoose, onImported }: FoundConfigsProps) {
  const discover = useCall("accounts.discover", "inline");
  const [found, setFound] = useState<readonly FoundConfig[] | null>(null);
  const { run } = discover;
  useEffect(() => void run({}).then(setFound), [run]);
  return (
    <section className="connect-part" aria-label="Found on this computer">
      <h3>Found on this computer</h3>
      {discover.error !== null && <ErrorNotice error={discover.error} />}
      {found === null && discover.error === null && (
        <p className="soft">Looking for doctl, cntb, fybe, OCI, AWS and rclone…</p>
      )}
      {found?.length === 0 && (
        <p className="soft">
          No configuration of doctl, cntb, fybe, OCI, AWS or rclone, and no such environment variable.
        </p>
      )}
      {found !== null && found.length > 0 && (
        <ul className="found">
          {found.map((config) => (
            <FoundItem key={config.id} config={config} onChoose={onChoose} onImported={onImported} />
          ))}
        </ul>
      )}
    </section>
  );
}

function FoundItem({ config, onChoose, onImported }: FoundConfigsProps & { config: FoundConfig }) {
  const [asking, setAsking] = useState(false);
  const [passphrase, setPassphrase] = useState("");
  const [fields, setFields] = useState<Readonly<Record<string, string>>>({});
  const [taken, setTaken] = useState(false);
  const take = useCall("accounts.importFound", "inline");
  const importIt = async () => {
    const { id, name, needsPassphrase, asks } = config;
    if ((needsPassphrase || asks.length > 0) && !asking) return setAsking(true);
    const made = await take.run({
      foundId: id,
      name,
      ...(passphrase === "" ? {} : { passphrase }),
      fields: { ...fields },
    });
    // Accepted or refused: what was typed is not kept around.
    setPassphrase("");
    if (made === null) return;
    setAsking(false);
    if (made.accountId !== null) return onImported(made.accountId);
    setTaken(true);
    showDone(`${name} is connected as a staging storage`);
  };
  const { provider, missing } = config;
  return (
    <li>
      <div className="found-line">
        <Badge>{config.tool}</Badge>
        <span className="found-words">
          <span className="truncate">
            <strong>{config.name}</strong>
            <span className="soft">
              {" "}
              {config.becomes === "staging"
                ? "staging storage"
                : provider === null
                  ? "account"
                  : providerNames[provider]}
            </span>
          </span>
          <span className="faint truncate" title={config.where}>
            {missing ?? config.where}
          </span>
        </span>
        {missing !== null && provider !== null ? (
          <Button onClick={() => onChoose(provider)}>Open the form</Button>
        ) : (
          !asking && (
            <Button
              busy={take.pending}
              unavailable={missing ?? (taken ? "Imported" : null)}
              onClick={() => void importIt()}
            >
              {taken ? "Imported" : "Import"}
            </Button>
          )
        )}
      </div>
      {asking && (
        <form
          className="found-asks"
          onSubmit={(event) => {
            event.preventDefault();
            void importIt();
          }}
        >
          {config.needsPassphrase && (
            <TextField
              label="Passphrase of the key"
              type="password"
              autoFocus
              value={passphrase}
              onValue={setPassphrase}
            />
          )}
          {config.asks.map(({ name, label, required }, index) => (
            <TextField
              key={name}
              label={label}
              required={required}
              autoFocus={index === 0 && !config.needsPassphrase}
              value={fields[name] ?? ""}
              onValue={(value) => setFields({ ...fields, [name]: value })}
            />
          ))}
          <Button look="primary" type="submit" busy={take.pending}>
            Import
          </Button>
        </form>
      )}
      {take.error !== null && <ErrorNotice error={take.error} />}
    </li>
  );
}
