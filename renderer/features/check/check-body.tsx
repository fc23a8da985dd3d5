import { useLayoutEffect, useRef, useState } from "react";
import type { CheckReport } from "#contract/report.ts";
import { topicOf } from "#core/lib/finding-topics.ts";
import { mergeFindings } from "#core/lib/merge-findings.ts";
import { FilterBar } from "./filter-bar.tsx";
import { FindingList } from "./finding-list.tsx";
import { ImageFactsPanel } from "./image-facts.tsx";
import { providerIds, providerNames, type FindingFilter } from "./providers.ts";
import { VerdictMatrix } from "./verdict-matrix.tsx";

const everything: FindingFilter = { provider: null, topic: null, level: null };

/** A report that has facts: these on the left, the matrix and the findings it leads to beside them. */
export function CheckBody({ report }: { report: CheckReport }) {
  const [filter, setFilter] = useState<FindingFilter>(everything);
  const verdicts = useRef<HTMLDivElement>(null);
  /** Counts the cells that were opened; the findings of the last one take the focus when they are there. */
  const [opened, setOpened] = useState(0);
  useLayoutEffect(() => {
    if (opened === 0) return;
    const first = verdicts.current?.querySelector<HTMLElement>(".finding");
    first?.focus({ preventScroll: true });
    first?.scrollIntoView({ block: "nearest" });
  }, [opened]);

  const judged = providerIds.filter((id) => report.verdicts[id] !== undefined);
  const { provider, topic, level } = filter;
  const ofProvider = provider === null ? report.verdicts : { [provider]: report.verdicts[provider] };
  const candidates = mergeFindings(ofProvider).filter(
    ({ finding }) => topic === null || topicOf(finding.id) === topic,
  );
  const shown = candidates.filter((one) => level === null || one.level === level);
  const name = provider === null ? "all providers" : providerNames[provider];

  return (
    <div className="check-body">
      <aside className="check-facts" aria-label="Facts">
        {report.facts !== null && <ImageFactsPanel facts={report.facts} />}
      </aside>
      <div
        ref={verdicts}
        className="check-verdicts"
        onKeyDown={(event) => {
          if (event.key !== "Escape" || !(event.target instanceof Element)) return;
          if (event.target.closest(".findings") === null) return;
          verdicts.current?.querySelector<HTMLElement>("[data-cell][tabindex='0']")?.focus();
        }}
      >
        <VerdictMatrix
          verdicts={report.verdicts}
          filter={filter}
          onChoose={(chosen, chosenTopic, open) => {
            // The same row again: back to all providers.
            const again = !open && chosen === provider && topic === null;
            setFilter(again ? everything : { provider: chosen, topic: chosenTopic, level: null });
            if (open) setOpened((count) => count + 1);
          }}
        />
        <section className="check-findings" aria-label={`Findings for ${name}`}>
          <FilterBar
            findings={candidates}
            judged={judged}
            filter={filter}
            onFilter={(change) => setFilter({ ...filter, ...change })}
          />
          {shown.length === 0 ? (
            <p className="soft check-none">Nothing of this kind was found.</p>
          ) : (
            <FindingList
              key={`${provider ?? ""} ${topic ?? ""} ${level ?? ""}`}
              findings={shown}
              showHolders={provider === null && judged.length > 1}
              unfoldPassed={level === "pass" || shown.every((one) => one.level === "pass")}
            />
          )}
        </section>
      </div>
    </div>
  );
}
