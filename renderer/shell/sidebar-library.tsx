import type { Level } from "#contract/finding.ts";
import { Icon } from "#renderer/components/icon.tsx";
import { LevelMark } from "#renderer/components/level-mark.tsx";
import { PowerDot } from "#renderer/components/power-dot.tsx";
import { levelsByWeight } from "#renderer/features/check/providers.ts";
import { subjectOfKey } from "#renderer/features/check/subject.ts";
import { useRunningChecks } from "#renderer/features/check/use-check.ts";
import { fileName } from "#renderer/lib/file-name.ts";
import { formatBytes } from "#renderer/lib/format-bytes.ts";
import { matchWords } from "#renderer/lib/match-words.ts";
import { byName, newestFirst, useDerived, useEntries } from "#renderer/mirror/use-mirror.ts";
import type { StagingView } from "#contract/staging.ts";
import type { CheckReport } from "#contract/report.ts";
import { SidebarItem, SidebarSection } from "./sidebar-section.tsx";

export function SidebarLibrary({ filter }: { filter: string }) {
  const fits = (text: string) => matchWords(filter, text) !== null;
  const machines = useEntries("machines", byName).filter(({ name, tags, notes }) =>
    fits([name, ...tags, notes].join(" ")),
  );
  const images = useEntries("images", newestFirst).filter(({ name, tags, notes }) =>
    fits([name, ...tags, notes].join(" ")),
  );
  const files = useEntries(
    "reports",
    (a, b) => b.checkedAt.localeCompare(a.checkedAt),
    ({ subject }) => subject.kind === "file",
  ).filter(({ path }) => fits(fileName(path)));
  const running = useRunningChecks();
  // Files that have no report yet: listed as soon as they are dropped.
  const reading = running.flatMap((key) => {
    const subject = subjectOfKey(key);
    if (subject?.kind !== "file" || files.some((report) => report.key === key)) return [];
    return fits(fileName(subject.path)) ? [{ key, path: subject.path }] : [];
  });
  const accounts = useEntries("accounts", byName).filter(({ name }) => fits(name));
  const stagings = useEntries("stagings", byName).filter(({ name }) => fits(name));
  const remoteCounts = useDerived(({ remoteImages }) => {
    const byAccount: Record<string, number> = {};
    for (const { accountId } of Object.values(remoteImages))
      byAccount[accountId] = (byAccount[accountId] ?? 0) + 1;
    return byAccount;
  });
  const found = [machines, images, files, reading, accounts, stagings];
  const empty = found.every(({ length }) => length === 0);

  return (
    <div className="sidebar-lists">
      <SidebarSection title="Machines" shown={machines.length > 0}>
        {machines.map((machine) => (
          <SidebarItem
            key={machine.id}
            route={{ screen: "machine", id: machine.id, tab: "console" }}
            mark={<PowerDot power={machine.power} />}
            title={machine.name}
            alert={machine.lastError !== null && (machine.power === "off" || machine.power === "paused")}
          />
        ))}
      </SidebarSection>
      <SidebarSection title="Images" shown={images.length > 0}>
        {images.map((image) => (
          <SidebarItem
            key={image.id}
            route={{ screen: "image", id: image.id }}
            mark={<Icon name="image" />}
            title={image.name}
            detail={formatBytes(image.fileBytes)}
          />
        ))}
      </SidebarSection>
      <SidebarSection title="Checked files" shown={files.length + reading.length > 0}>
        {reading.map(({ key, path }) => (
          <SidebarItem
            key={key}
            route={{ screen: "report", key }}
            mark={<Reading />}
            title={fileName(path)}
            detail="reading"
          />
        ))}
        {files.map((report) => (
          <SidebarItem
            key={report.key}
            route={{ screen: "report", key: report.key }}
            mark={
              running.includes(report.key) ? <Reading /> : <LevelMark level={worstLevel(report)} label="" />
            }
            title={fileName(report.path)}
          />
        ))}
      </SidebarSection>
      <SidebarSection title="Accounts" shown={accounts.length > 0}>
        {accounts.map((account) => (
          <SidebarItem
            key={account.id}
            route={{ screen: "account", id: account.id }}
            mark={<Icon name={account.practice ? "flask" : "cloud"} />}
            title={account.name}
            detail={remoteCounts[account.id]?.toString() ?? ""}
          />
        ))}
      </SidebarSection>
      <SidebarSection title="Staging" shown={stagings.length > 0}>
        {stagings.map((staging) => (
          <SidebarItem
            key={staging.id}
            route={{ screen: "staging", id: staging.id }}
            mark={<Icon name="tray" />}
            title={staging.name}
            detail={stagingCount(staging)}
          />
        ))}
      </SidebarSection>
      {empty && filter !== "" && <p className="sidebar-none">Nothing in the library matches “{filter}”.</p>}
    </div>
  );
}

/** What lies there, when it was looked at and something does. */
function stagingCount({ seen }: StagingView): string {
  const count = seen === null ? 0 : seen.objects + seen.unfinished;
  return count === 0 ? "" : String(count);
}

const Reading = () => <span className="ring job-ring" aria-hidden="true" />;

/** The best news among the providers would hide the bad; the worst is shown. */
function worstLevel(report: CheckReport): Level {
  if (report.error !== null) return "error";
  const levels = Object.values(report.verdicts).map(({ level }) => level);
  return levelsByWeight.find((level) => levels.includes(level)) ?? "unknown";
}
