import { AccountConnectSchema, type AccountConnect } from "#contract/account.ts";
import type { ConnectField, ProviderInfo } from "#contract/provider-info.ts";
import {
  judgeStaging,
  newStagingDraft,
  type StagingDraft,
  type StagingProblems,
} from "#renderer/features/staging/staging-draft.ts";

/** `existing:<id>` names a connected storage. */
export type StagingPick = "none" | "own" | "new" | `existing:${string}`;

/** The form as typed. It lives in the dialog alone, never in a store, and is gone when the dialog closes. */
export interface ConnectDraft {
  name: string;
  apiBase: string;
  defaultRegion: string;
  /** By the names of `ProviderInfo.fields`, secrets among them. */
  fields: Readonly<Record<string, string>>;
  pick: StagingPick;
  /** With `own`: the bucket in the account's object storage. */
  bucket: string;
  staging: StagingDraft;
}

/** `stagingId`: a storage that could serve this account too; null: none is there yet. */
export function newConnectDraft(info: ProviderInfo, stagingId: string | null = null): ConnectDraft {
  return {
    name: info.name,
    apiBase: "",
    defaultRegion: info.defaultRegion ?? "",
    fields: Object.fromEntries(info.fields.map(({ name, initial }) => [name, initial])),
    pick: firstPick(info, stagingId),
    bucket: "",
    staging: newStagingDraft(info.capabilities.ingest.includes("operator-hand-off") ? "sftp" : "s3"),
  };
}

function firstPick({ capabilities }: ProviderInfo, stagingId: string | null): StagingPick {
  if (capabilities.ingest.includes("own-object-storage")) return "own";
  return stagingId === null ? "none" : `existing:${stagingId}`;
}

/** An account that is one region (OCI): its field says where images go, and no second question does. */
export const asksForRegion = ({ fields }: Pick<ProviderInfo, "fields">): boolean =>
  fields.some(({ name }) => name === "region");

export interface JudgedConnect {
  input: AccountConnect | null;
  /** By field: `name`, `apiBase`, `bucket`, or the name of a field of the provider. */
  problems: Readonly<Record<string, string>>;
  stagingProblems: StagingProblems;
}

const words: Readonly<Record<string, string>> = {
  name: "A name of 1 to 80 characters",
  apiBase: "An address that begins with https:// (or http://)",
};

export function judgeConnect(draft: ConnectDraft, info: ProviderInfo): JudgedConnect {
  const problems: Record<string, string> = {};
  for (const { name, label, required } of info.fields) {
    if (required && (draft.fields[name] ?? "").trim() === "") problems[name] = `${label} is needed`;
  }
  if (info.defaultApiBase === null && draft.apiBase.trim() === "")
    problems["apiBase"] = words["apiBase"] ?? "";
  if (draft.pick === "own" && draft.bucket.trim() === "")
    problems["bucket"] = "Name a bucket, or choose later";
  const region = asksForRegion(info) ? (draft.fields["region"] ?? "") : draft.defaultRegion;
  const judged = draft.pick === "new" ? judgeStaging(draft.staging) : null;
  const input: AccountConnect = {
    name: draft.name,
    provider: info.id,
    fields: filled(draft.fields),
    ...(draft.apiBase.trim() === "" ? {} : { apiBase: draft.apiBase.trim() }),
    ...(region.trim() === "" ? {} : { defaultRegion: region.trim() }),
    staging: stagingOf(draft, judged?.input ?? null),
  };
  for (const issue of AccountConnectSchema.safeParse(input).error?.issues ?? []) {
    const field = String(issue.path[0]);
    if (field !== "staging") problems[field] ??= words[field] ?? issue.message;
  }
  const stagingProblems = judged?.problems ?? {};
  const fine = Object.keys(problems).length === 0 && Object.keys(stagingProblems).length === 0;
  return { input: fine ? input : null, problems, stagingProblems };
}

function stagingOf(
  { pick, bucket }: ConnectDraft,
  connect: ReturnType<typeof judgeStaging>["input"],
): AccountConnect["staging"] {
  if (pick === "own") return { kind: "own", bucket: bucket.trim() };
  if (pick === "new") return connect === null ? null : { kind: "new", connect };
  return pick === "none" ? null : { kind: "existing", stagingId: pick.slice("existing:".length) };
}

/** What was left empty is left out. Keys keep their line ends, everything else loses blanks around it. */
const filled = (fields: ConnectDraft["fields"]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value.trim() !== "")
      .map(([name, value]) => [name, value.includes("\n") ? value : value.trim()]),
  );

/** The draft without its secrets: after an attempt, accepted or refused, they are not kept around. */
export function withoutSecrets(draft: ConnectDraft, info: ProviderInfo): ConnectDraft {
  return {
    ...draft,
    fields: emptySecrets(draft.fields, info.fields),
    staging: { ...draft.staging, secret: "" },
  };
}

export const isSecretField = ({ kind }: Pick<ConnectField, "kind">): boolean =>
  kind === "secret" || kind === "secret-file";

export const emptySecrets = (
  values: Readonly<Record<string, string>>,
  fields: readonly ConnectField[],
): Record<string, string> => ({
  ...values,
  ...Object.fromEntries(fields.filter(isSecretField).map(({ name }) => [name, ""])),
});
