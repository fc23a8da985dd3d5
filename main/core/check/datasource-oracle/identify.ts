import type { ImageFacts } from "#contract/facts.ts";
import { detect, type Machine } from "./detection.ts";

type DsIdentify = NonNullable<NonNullable<ImageFacts["cloudInit"]>["dsIdentify"]>;

/**
 * What ds-identify leaves behind. `list`: it writes this datasource_list; `own`: cloud-init runs with its own
 * list; `disabled`: cloud-init does not run.
 */
export type Identified =
  | {
      readonly kind: "list";
      readonly list: readonly string[];
      readonly by: "forced" | "single" | "found" | "maybe";
    }
  | { readonly kind: "own"; readonly by: "policy" | "kept-instance" | "not-found" }
  | { readonly kind: "disabled"; readonly by: "policy" | "not-found" };

interface Policy {
  readonly mode: string;
  readonly found: string;
  readonly maybe: string;
  readonly notfound: string;
}

/** Upstream's built-in policy; Debian and Ubuntu ship `maybe=none`, which the facts then carry. */
const upstreamPolicy = "search,found=all,maybe=all,notfound=disabled";
/** The order in tools/ds-identify. */
const upstreamList =
  "MAAS ConfigDrive NoCloud AltCloud Azure Bigstep CloudSigma CloudStack DigitalOcean Vultr AliYun Ec2 GCE OpenNebula OpenStack OVF SmartOS Scaleway Hetzner IBMCloud Oracle Exoscale RbxCloud UpCloud VMware LXD NWCS Akamai WSL CloudCIX".split(
    " ",
  );

/** The last word of each kind counts; what is not allowed leaves the default. */
function parsePolicy(text: string | null, defaults: Policy): Policy {
  const words = (text ?? "").split(",");
  const last = (key: string, allowed: readonly string[], fallback: string): string => {
    const value = words.findLast((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);
    return value !== undefined && allowed.includes(value) ? value : fallback;
  };
  return {
    mode:
      words.findLast((word) => ["enabled", "disabled", "search", "report"].includes(word)) ?? defaults.mode,
    found: last("found", ["all", "first"], defaults.found),
    maybe: last("maybe", ["all", "none"], defaults.maybe),
    notfound: last("notfound", ["enabled", "disabled"], defaults.notfound),
  };
}

/** Machines other than PCs have no DMI data that it trusts: finding nothing does not switch cloud-init off. */
function policyOf(dsIdentify: DsIdentify, machine: Machine): Policy {
  const builtIn = parsePolicy(dsIdentify.defaultPolicy ?? upstreamPolicy, parsePolicy(upstreamPolicy, blank));
  const isPc = /^(?:i.86|x86_64)$/.test(machine.architecture);
  return parsePolicy(dsIdentify.policy, isPc ? builtIn : { ...builtIn, notfound: "enabled" });
}

const blank: Policy = { mode: "search", found: "all", maybe: "all", notfound: "disabled" };

/** The list that it goes through: by its own reading of the files, or the order that it has built in. */
export const searchedList = (dsIdentify: DsIdentify): readonly string[] =>
  dsIdentify.readsList ?? dsIdentify.defaultList ?? upstreamList;

/** The `_main` of tools/ds-identify. */
export function identify(dsIdentify: DsIdentify, machine: Machine): Identified {
  const policy = policyOf(dsIdentify, machine);
  if (policy.mode === "disabled") return { kind: "disabled", by: "policy" };
  // `report` writes what it finds where cloud-init does not look
  if (policy.mode !== "search") return { kind: "own", by: "policy" };
  if (dsIdentify.forced !== null) return { kind: "list", list: withNone([dsIdentify.forced]), by: "forced" };
  if (dsIdentify.keepsInstance !== null) return { kind: "own", by: "kept-instance" };
  const list = searchedList(dsIdentify);
  if (list.length === 1 || (list.length === 2 && list[1] === "None"))
    return { kind: "list", list: withNone(list), by: "single" };
  const known = new Set(dsIdentify.defaultList ?? upstreamList);
  const answers = list
    .filter((name) => known.has(name))
    .map((name) => ({ name, answer: detect(name, machine, dsIdentify) }));
  const found = answers.filter(({ answer }) => answer === "found").map(({ name }) => name);
  if (found.length > 0)
    return {
      kind: "list",
      list: withNone(policy.found === "first" ? found.slice(0, 1) : found),
      by: "found",
    };
  const maybe = answers.filter(({ answer }) => answer === "maybe").map(({ name }) => name);
  if (maybe.length > 0 && policy.maybe === "all") return { kind: "list", list: withNone(maybe), by: "maybe" };
  return { kind: policy.notfound === "disabled" ? "disabled" : "own", by: "not-found" };
}

const withNone = (list: readonly string[]): readonly string[] =>
  list.includes("None") ? list : [...list, "None"];
