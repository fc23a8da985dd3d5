import { useState } from "react";
import type { AccountView } from "#contract/account.ts";
import type { ProviderInfo } from "#contract/provider-info.ts";
import { SelectField } from "#renderer/components/field.tsx";
import { SuggestField } from "#renderer/components/suggest-field.tsx";
import { stagingLabel } from "#renderer/features/staging/staging-words.ts";
import { useCall } from "#renderer/host/use-call.ts";
import { byName, useEntries } from "#renderer/mirror/use-mirror.ts";
import { openDialog } from "#renderer/view-state/view-state.ts";

interface AccountSettingsProps {
  account: AccountView;
  provider: ProviderInfo | undefined;
}

const connectAnother = "connect";

/** What a publish takes unless it says otherwise. */
export function AccountSettings({ account, provider }: AccountSettingsProps) {
  const stagings = useEntries(
    "stagings",
    byName,
    ({ place }) => place.kind !== "oci" || place.accountId === account.id,
  );
  const change = useCall("accounts.change");
  const [typed, setTyped] = useState<string | null>(null);
  const keepRegion = () => {
    const defaultRegion = typed?.trim() ?? "";
    setTyped(null);
    if (defaultRegion === "" || defaultRegion === account.defaultRegion) return;
    void change.run({ accountId: account.id, defaultRegion });
  };
  return (
    <section>
      <h3 className="section-title">When publishing</h3>
      <div className="account-settings">
        {account.defaultRegion !== "" || (provider?.regions.length ?? 0) > 0 ? (
          <SuggestField
            label="Default region"
            suggestions={provider?.regions ?? []}
            value={typed ?? account.defaultRegion}
            onValue={setTyped}
            onBlur={keepRegion}
            onKeyDown={(event) => {
              if (event.key === "Enter") keepRegion();
              if (event.key === "Escape") setTyped(null);
            }}
          />
        ) : null}
        <SelectField
          label="Staging storage"
          hint={
            account.stagingId === null
              ? "Not chosen yet: a publish needs one, or an address where the file lies already."
              : undefined
          }
          value={account.stagingId ?? ""}
          options={[
            { value: "", label: "None" },
            ...stagings.map((staging) => ({ value: staging.id, label: stagingLabel(staging) })),
            { value: connectAnother, label: "Connect another…" },
          ]}
          onValue={(value) => {
            if (value === connectAnother) openDialog({ kind: "connect-staging" });
            else void change.run({ accountId: account.id, stagingId: value === "" ? null : value });
          }}
        />
      </div>
    </section>
  );
}
