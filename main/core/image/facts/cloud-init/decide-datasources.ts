import type { CloudInitFacts, DsIdentifyFactsSchema } from "#contract/facts-provisioning.ts";
import type { Where } from "#contract/where.ts";
import type { CommandLine } from "#core/image/facts/boot/boot-entries.ts";
import type { z } from "zod";
import type { CloudConfig } from "./cloud-config.ts";
import { entryAt } from "./config-value.ts";

type Decision = Pick<CloudInitFacts, "datasourceList" | "decidedBy" | "overruled">;

/**
 * The list that counts in the end. What is forced on ds-identify goes before any file, with None behind it; `cc:`
 * of the kernel command line goes before even that, because cloud-init reads it last.
 */
export function decideDatasources(
  config: CloudConfig,
  dsIdentify: z.infer<typeof DsIdentifyFactsSchema>,
  commandLine: CommandLine | null,
): Decision {
  const key = "datasource_list";
  const setters: Where[] = config.files.flatMap(
    ({ config: file }) => entryAt(file ?? empty, key)?.where ?? [],
  );
  const isForced = dsIdentify.forced !== null && dsIdentify.installed && searches(dsIdentify.policy);
  const fromKernel = config.fromKernel === null ? null : entryAt(config.fromKernel, key);
  if (isForced && dsIdentify.forcedFrom !== null) setters.push(dsIdentify.forcedFrom);
  if (fromKernel !== null && commandLine !== null) setters.push(commandLine.where);
  const merged = config.words(key);
  if (isForced && fromKernel === null) {
    const list = dsIdentify.forced === "None" ? ["None"] : [dsIdentify.forced ?? "", "None"];
    return { datasourceList: list, ...split(setters, dsIdentify.forcedFrom) };
  }
  if (merged === null) return { datasourceList: null, decidedBy: null, overruled: setters };
  return { datasourceList: [...merged.value], ...split(setters, merged.where) };
}

const empty = { kind: "map", entries: new Map() } as const;

/** `enabled` and `report` leave cloud-init to its own list. */
const searches = (policy: string | null): boolean =>
  (policy?.split(",").findLast((word) => ["disabled", "enabled", "search", "report"].includes(word)) ??
    "search") === "search";

const isSame = (a: Where, b: Where): boolean => a.path === b.path && a.line === b.line;

function split(setters: readonly Where[], decidedBy: Where | null): Omit<Decision, "datasourceList"> {
  const overruled = setters.filter((where) => decidedBy === null || !isSame(where, decidedBy));
  return { decidedBy, overruled };
}
