import type { AccountView } from "#contract/account.ts";
import type { Destination, DestinationPlan, PublishMany, UploadFormat } from "#contract/publish.ts";

/** One account of the dialog, as ticked and typed. */
export interface DestinationDraft {
  readonly chosen: boolean;
  readonly name: string;
  readonly region: string;
  readonly moreRegions: readonly string[];
  /** Empty: the account's own storage; `url`: the file lies at `sourceUrl` already. */
  readonly staging: string;
  readonly sourceUrl: string;
  /** Empty: by the rule of the plan. */
  readonly format: UploadFormat | "";
  /** Publish although the judge says error. */
  readonly override: boolean;
}

export const newDestination = (account: AccountView, imageName: string): DestinationDraft => ({
  chosen: false,
  name: imageName,
  region: account.defaultRegion,
  moreRegions: [],
  staging: "",
  sourceUrl: "",
  format: "",
  override: false,
});

export interface ChosenDestination {
  readonly account: AccountView;
  readonly draft: DestinationDraft;
}

/** What is wrong with what was typed; null: nothing. */
export function draftProblem({ name, staging, sourceUrl }: DestinationDraft): string | null {
  if (name.trim() === "") return "A name is needed";
  if (staging === "url" && !/^https?:\/\/\S+$/.test(sourceUrl.trim())) {
    return "An address that begins with https:// (or http://)";
  }
  return null;
}

/** null: there is nothing to ask yet. */
export function publishInput(
  imageId: string,
  chosen: readonly ChosenDestination[],
  again: boolean,
): PublishMany | null {
  if (chosen.length === 0 || chosen.some(({ draft }) => draftProblem(draft) !== null)) return null;
  return { imageId, again, destinations: chosen.map(toDestination) };
}

function toDestination({ account, draft }: ChosenDestination): Destination {
  const region = draft.region.trim();
  return {
    accountId: account.id,
    name: draft.name.trim(),
    ...(region === "" ? {} : { region }),
    moreRegions: draft.moreRegions.filter((other) => other !== region),
    stagingId: draft.staging === "" || draft.staging === "url" ? null : draft.staging,
    sourceUrl: draft.staging === "url" ? draft.sourceUrl.trim() : null,
    format: draft.format === "" ? null : draft.format,
    override: draft.override,
  };
}

/** Why it cannot be published yet; null: it can. `plans` are those of the present choice. */
export function heldBack(
  chosen: readonly ChosenDestination[],
  plans: ReadonlyMap<string, DestinationPlan>,
  again: boolean,
): string | null {
  if (chosen.length === 0) return "Choose an account first";
  for (const { account, draft } of chosen) {
    const problem = draftProblem(draft);
    if (problem !== null) return `${account.name}: ${problem.charAt(0).toLowerCase()}${problem.slice(1)}`;
  }
  for (const { account, draft } of chosen) {
    const plan = plans.get(account.id);
    if (plan === undefined) return "Wait for the plan";
    if (plan.level === "error" && !draft.override) {
      return `${account.name}: the check found errors; fix them or override them`;
    }
    if (plan.same.length > 0 && !again) return `${account.name}: the same content is there already`;
    const block = plan.notes.find(({ blocks }) => blocks);
    if (block !== undefined) return `${account.name}: ${block.text}`;
  }
  return null;
}
