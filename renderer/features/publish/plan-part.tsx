import type { AccountView } from "#contract/account.ts";
import type { DestinationPlan } from "#contract/publish.ts";
import { asSentence } from "#core/lib/as-sentence.ts";
import { CheckBox } from "#renderer/components/check-box.tsx";
import { FactsList } from "#renderer/components/facts-list.tsx";
import { LevelMark, levelWords } from "#renderer/components/level-mark.tsx";
import { quotaWords } from "#renderer/features/accounts/quota-bar.tsx";
import { useEntry } from "#renderer/mirror/use-mirror.ts";
import { findingsToTell } from "./findings-to-tell.ts";
import type { DestinationDraft } from "./destinations.ts";
import { costWords, exposureWords } from "./plan-words.ts";

interface PlanPartProps {
  imageId: string;
  account: AccountView;
  plan: DestinationPlan;
  /** With who can read it, quota and cost in full. */
  open: boolean;
  draft: DestinationDraft;
  onDraft: (change: Partial<DestinationDraft>) => void;
}

/** What stands against a publish with what to do about it; opened also the rest of the plan. */
export function PlanPart({ imageId, account, plan, open, draft, onDraft }: PlanPartProps) {
  const report = useEntry("reports", `image:${imageId}`);
  const findings = findingsToTell(report?.verdicts[account.provider], plan.notes, open);
  return (
    <>
      {open && (
        <FactsList
          facts={[
            { name: "Who can read it", value: exposureWords[plan.exposure] },
            plan.quota === null ? null : { name: "Storage there", value: quotaWords(plan.quota) },
            plan.cost === null
              ? { name: "Cost", value: "no price is known; set one in the settings" }
              : {
                  name: "Cost",
                  value: (
                    <>
                      {costWords(plan.cost).month}, {costWords(plan.cost).hour}
                      <small>{plan.cost.basis}</small>
                    </>
                  ),
                },
          ]}
        />
      )}
      {(plan.notes.length > 0 || findings.length > 0) && (
        <ul className="plan-notes selectable" aria-label={`Notes on ${account.name}`}>
          {plan.notes.map((note) => (
            <li key={note.text}>
              <LevelMark
                level={note.blocks ? "error" : "warning"}
                label={note.blocks ? "Holds it back" : "Note"}
              />
              <span>
                {asSentence(note.text)} {note.fix !== "" && <span className="soft">{note.fix}</span>}
              </span>
            </li>
          ))}
          {findings.map((finding) => (
            <li key={`${finding.id} ${finding.where}`}>
              <LevelMark level={finding.level} label={levelWords[finding.level]} />
              <span>
                {asSentence(finding.title)}
                {open && <span className="soft"> {finding.consequence}</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
      {plan.level === "error" && (
        <div className="destination-override">
          <CheckBox checked={draft.override} onChecked={(override) => onDraft({ override })}>
            Publish to {account.name} although it would not work there. This is written into the record.
          </CheckBox>
        </div>
      )}
    </>
  );
}
