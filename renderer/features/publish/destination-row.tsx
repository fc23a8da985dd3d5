import { useId, useState } from "react";
import type { AccountView } from "#contract/account.ts";
import type { DestinationPlan } from "#contract/publish.ts";
import { IconButton } from "#renderer/components/button.tsx";
import { Icon } from "#renderer/components/icon.tsx";
import { LevelMark } from "#renderer/components/level-mark.tsx";
import { providerNames, verdictWords } from "#renderer/features/check/providers.ts";
import { quotaWords } from "#renderer/features/accounts/quota-bar.tsx";
import { classNames } from "#renderer/lib/class-names.ts";
import { DestinationFields } from "./destination-fields.tsx";
import { draftProblem, type DestinationDraft } from "./destinations.ts";
import { PlanPart } from "./plan-part.tsx";
import { costWords, exposureNames, uploadWords } from "./plan-words.ts";

interface DestinationRowProps {
  imageId: string;
  account: AccountView;
  draft: DestinationDraft;
  plan: DestinationPlan | undefined;
  /** A newer answer is on its way. */
  asking: boolean;
  nameOf: (accountId: string) => string;
  onConnectStaging: () => void;
  onDraft: (change: Partial<DestinationDraft>) => void;
}

/** One account: tick it, see what would happen there, open it to change name, regions or staging. */
export function DestinationRow({
  imageId,
  account,
  draft,
  plan,
  asking,
  nameOf,
  onConnectStaging,
  onDraft,
}: DestinationRowProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const problem = draftProblem(draft);
  return (
    <li className={classNames("destination", draft.chosen && "destination-chosen")}>
      <div className="destination-line">
        <input
          id={id}
          type="checkbox"
          checked={draft.chosen}
          onChange={(event) => onDraft({ chosen: event.target.checked })}
        />
        <label htmlFor={id} className="destination-name">
          <Icon name={account.practice ? "flask" : "cloud"} />
          <span className="truncate">{account.name}</span>
          <span className="faint truncate">
            {[account.practice ? "practice" : providerNames[account.provider], draft.region]
              .filter(Boolean)
              .join(", ")}
          </span>
        </label>
        {draft.chosen && (
          <span className="destination-verdict">
            {plan === undefined ? (
              problem === null && asking && <Asking />
            ) : (
              <>
                <LevelMark level={plan.level} /> {verdictWords[plan.level]}
              </>
            )}
          </span>
        )}
        {draft.chosen && (
          <IconButton
            icon={open ? "chevron-down" : "chevron-right"}
            label={`${open ? "Hide" : "Show"} the details of ${account.name}`}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          />
        )}
      </div>
      {draft.chosen && plan !== undefined && (
        <p className="destination-summary soft">
          <span>
            {[
              uploadWords(plan, nameOf),
              ...exposureName(plan),
              ...(plan.quota === null ? [] : [`${quotaWords(plan.quota)} there`]),
            ].join(" · ")}
          </span>
          {plan.cost !== null && <span title={plan.cost.basis}>{costWords(plan.cost).month}</span>}
        </p>
      )}
      {draft.chosen && open && (
        <DestinationFields
          account={account}
          draft={draft}
          plan={plan}
          problem={problem}
          onConnectStaging={onConnectStaging}
          onDraft={onDraft}
        />
      )}
      {draft.chosen && plan !== undefined && (
        <PlanPart
          imageId={imageId}
          account={account}
          plan={plan}
          open={open}
          draft={draft}
          onDraft={onDraft}
        />
      )}
    </li>
  );
}

/** A public address is told by a note of the plan, in full. */
const exposureName = ({ exposure }: DestinationPlan): string[] =>
  exposure === "unguessable-public-link" ? [] : [exposureNames[exposure]];

const Asking = () => (
  <>
    <span className="ring job-ring" aria-hidden="true" /> Checking…
  </>
);
