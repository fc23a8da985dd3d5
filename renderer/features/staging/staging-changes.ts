import type { InputOf } from "#contract/contract.ts";
import { DisplayNameSchema } from "#contract/machine.ts";
import type { StagingView } from "#contract/staging.ts";
import { judgeStaging, stagingDraftOf, type StagingDraft, type StagingProblems } from "./staging-draft.ts";

export interface JudgedStagingChanges {
  /** null: something is wrong. */
  input: InputOf<"stagings.change"> | null;
  /** Something but the name differs, so that the storage is tried. */
  asksStorage: boolean;
  problems: StagingProblems;
}

/** Only what differs. `draft`: null where there are no keys to change. */
export function judgeStagingChanges(
  typedName: string,
  draft: StagingDraft | null,
  staging: StagingView,
): JudgedStagingChanges {
  const name = typedName.trim();
  const renamed = { stagingId: staging.id, ...(name === staging.name ? {} : { name }) };
  const nameProblem = DisplayNameSchema.safeParse(name).success
    ? {}
    : { name: "A name of 1 to 80 characters" };
  const before = stagingDraftOf(staging);
  if (draft === null || before === null) {
    const isFine = Object.keys(nameProblem).length === 0;
    return { input: isFine ? renamed : null, asksStorage: false, problems: nameProblem };
  }
  // Another way to log in has another secret.
  const kept = draft.auth === before.auth;
  const judged = judgeStaging({ ...draft, name: name === "" ? "x" : name }, { kept });
  const asksStorage = JSON.stringify({ ...draft, name: "" }) !== JSON.stringify({ ...before, name: "" });
  const problems = { ...judged.problems, ...nameProblem };
  if (judged.input === null || Object.keys(problems).length > 0)
    return { input: null, asksStorage, problems };
  const { place, secret } = judged.input;
  const keys = { place, ...(secret === undefined ? {} : { secret }) };
  return { input: { ...renamed, ...(asksStorage ? keys : {}) }, asksStorage, problems };
}
