import type { Finding, Level, ProviderId, Verdict } from "#contract/finding.ts";
import { providerIds } from "#contract/provider-names.ts";

/** From what must be mended to what is well. */
export const gravestFirst: readonly Level[] = ["error", "unknown", "warning", "info", "pass"];

export interface FindingHolder {
  readonly provider: ProviderId;
  readonly level: Level;
  readonly source: Finding["source"];
}

/** A finding that several providers share. Level and source may differ among them; the rest is the same. */
export interface MergedFinding {
  /** As the provider has it for which it is gravest. */
  readonly finding: Finding;
  readonly level: Level;
  readonly holders: readonly FindingHolder[];
}

/** Every finding once, the gravest first; of equals in the order of the rules. */
export function mergeFindings(verdicts: Partial<Record<ProviderId, Verdict>>): MergedFinding[] {
  const merged = new Map<string, { finding: Finding; level: Level; holders: FindingHolder[] }>();
  for (const provider of providerIds) {
    for (const finding of verdicts[provider]?.findings ?? []) {
      const { id, title, where, consequence, fix, level, source } = finding;
      const key = JSON.stringify([id, title, where, consequence, fix]);
      const entry = merged.get(key) ?? { finding, level, holders: [] };
      if (gravity(level) < gravity(entry.level)) Object.assign(entry, { finding, level });
      entry.holders.push({ provider, level, source });
      merged.set(key, entry);
    }
  }
  return [...merged.values()].sort((a, b) => gravity(a.level) - gravity(b.level));
}

/** 0 is the gravest. */
export const gravity = (level: Level): number => gravestFirst.indexOf(level);

/** The documents that a finding rests on, each once: providers have their own. */
export const sourcesOf = ({ holders }: MergedFinding): Finding["source"][] => [
  ...new Map(holders.map(({ source }) => [JSON.stringify(source), source])).values(),
];
