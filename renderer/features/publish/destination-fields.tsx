import type { AccountView } from "#contract/account.ts";
import type { DestinationPlan } from "#contract/publish.ts";
import { ChipsField } from "#renderer/components/chips-field.tsx";
import { SelectField, TextField } from "#renderer/components/field.tsx";
import { SuggestField } from "#renderer/components/suggest-field.tsx";
import { stagingLabel } from "#renderer/features/staging/staging-words.ts";
import { byName, useEntries, useEntry } from "#renderer/mirror/use-mirror.ts";
import type { DestinationDraft } from "./destinations.ts";
import { formatOptions, formatReason } from "./plan-words.ts";

interface DestinationFieldsProps {
  account: AccountView;
  draft: DestinationDraft;
  /** Of the present choice, as far as it is known. */
  plan: DestinationPlan | undefined;
  problem: string | null;
  onConnectStaging: () => void;
  onDraft: (change: Partial<DestinationDraft>) => void;
}

const connectAnother = "connect";

/** What can be said about one destination beside that it is one. */
export function DestinationFields(props: DestinationFieldsProps) {
  const { account, draft, plan, problem, onConnectStaging, onDraft } = props;
  const provider = useEntry("providers", account.provider);
  const own = useEntry("stagings", account.stagingId ?? "");
  const stagings = useEntries(
    "stagings",
    byName,
    ({ id, place }) => id !== account.stagingId && (place.kind !== "oci" || place.accountId === account.id),
  );
  const regions = provider?.regions ?? [];
  const formats = plan === undefined ? [] : formatOptions(plan);
  const byUrl = draft.staging === "url";
  return (
    <div className="destination-fields">
      <div className="field-row">
        <TextField
          label="Name there"
          value={draft.name}
          problem={draft.name.trim() === "" ? problem : null}
          onValue={(name) => onDraft({ name })}
        />
        {(regions.length > 0 || draft.region !== "") && (
          <SuggestField
            label="Region"
            value={draft.region}
            suggestions={regions}
            onValue={(region) => onDraft({ region })}
          />
        )}
      </div>
      {provider?.capabilities.transferImage === true && (
        <ChipsField
          label="More regions, once it is available"
          placeholder="none"
          values={draft.moreRegions}
          suggestions={regions.filter((region) => region !== draft.region)}
          onValues={(moreRegions) => onDraft({ moreRegions })}
        />
      )}
      <div className="field-row">
        <SelectField
          label="Staging"
          value={draft.staging}
          options={[
            {
              value: "",
              label: own === undefined ? "None chosen for this account" : `${own.name} (default)`,
            },
            ...stagings.map((staging) => ({ value: staging.id, label: stagingLabel(staging) })),
            { value: "url", label: "It is already at this address…" },
            { value: connectAnother, label: "Connect another storage…" },
          ]}
          onValue={(staging) => (staging === connectAnother ? onConnectStaging() : onDraft({ staging }))}
        />
        {plan !== undefined && !byUrl && formats.length > 1 && (
          <SelectField
            label="Format"
            hint={formatReason(plan, draft.format)}
            value={draft.format}
            options={formats}
            onValue={(format) => onDraft({ format })}
          />
        )}
        {byUrl && (
          <TextField
            label="Address of the image"
            mono
            inputMode="url"
            placeholder="https://…/image.qcow2"
            value={draft.sourceUrl}
            problem={draft.sourceUrl === "" ? null : problem}
            onValue={(sourceUrl) => onDraft({ sourceUrl })}
          />
        )}
      </div>
    </div>
  );
}
