import type { z } from "zod";
import type { AccountView, Quota } from "#contract/account.ts";
import type { ImageView } from "#contract/image.ts";
import type { DestinationPlan, DestinationSchema, PublishManySchema } from "#contract/publish.ts";
import type { Verdict } from "#contract/finding.ts";
import type { CheckReport } from "#contract/report.ts";
import type { Settings } from "#contract/settings.ts";
import type { StagingView } from "#contract/staging.ts";
import { AppError } from "#core/lib/app-error.ts";
import { sizeText } from "#core/lib/size-text.ts";
import type { Images } from "#core/library/images.ts";
import { afterConversion } from "#core/publish/after-conversion.ts";
import { manifestOf } from "#core/publish/accounts/account-access.ts";
import type { Accounts } from "#core/publish/accounts/accounts.ts";
import { conversionTo, formatChoices } from "#core/publish/prepare/conversion.ts";
import { missingRoom } from "#core/publish/quota-step.ts";
import { sameContent } from "#core/publish/remote/same-content.ts";
import type { StateStore } from "#core/state-store.ts";
import { costOf } from "./cost.ts";
import { formatMisfit, misfitOf, type Misfit } from "./misfit.ts";

export interface PlanDeps {
  store: StateStore;
  images: Pick<Images, "view">;
  accounts: Pick<Accounts, "view" | "quota">;
  settings: () => Settings;
  check: (imageId: string, signal: AbortSignal) => Promise<CheckReport>;
}

type Destination = z.output<typeof DestinationSchema>;
type Notes = DestinationPlan["notes"];

/** What each publish would do, and what stands against it. Nothing is sent but questions. */
export async function planPublish(
  deps: PlanDeps,
  { imageId, destinations, again }: z.output<typeof PublishManySchema>,
  signal: AbortSignal,
): Promise<DestinationPlan[]> {
  const image = deps.images.view(imageId);
  const report = await deps.check(imageId, signal);
  const plans = await Promise.all(
    destinations.map((destination) => planOne(deps, { image, report, destination, again }, signal)),
  );
  return shareUploads(plans, destinations, deps);
}

async function planOne(
  deps: PlanDeps,
  what: { image: ImageView; report: CheckReport; destination: Destination; again: boolean },
  signal: AbortSignal,
): Promise<DestinationPlan> {
  const { store, accounts } = deps;
  const { image, report, destination, again } = what;
  const account = accounts.view(destination.accountId);
  const manifest = manifestOf(account.provider);
  const staging = stagingOf(store, account, destination);
  const asItIs = destination.sourceUrl !== null;
  const formats = asItIs ? [] : formatChoices(manifest.capabilities, image, report.facts);
  const misfit = formatMisfit(manifest.name, formats, asItIs ? null : destination.format);
  const convert = conversionTo(destination.format ?? formats[0]?.format ?? "as-it-is");
  const fileBytes = convert === null ? image.fileBytes : null;
  const { quota, note } = await askQuota(accounts, account.id, signal);
  const same =
    image.sha256 === null
      ? []
      : sameContent(Object.values(store.state.remoteImages), account.id, image.sha256);
  const exposure = exposureOf(manifest.capabilities, staging, asItIs);
  const found = report.verdicts[account.provider];
  const { verdict, settled } =
    found === undefined ? { verdict: undefined, settled: [] } : afterConversion(found, convert);
  const notes: Notes = [
    ...misfitNotes(misfitOf(account, destination, store.state.stagings) ?? misfit),
    ...judgeNotes(report.error, verdict, destination.override),
    ...roomNotes(quota, fileBytes),
    ...(same[0] === undefined ? [] : [sameNote(same[0].name, again)]),
    ...note,
    ...settled.map(({ title }) => ({
      blocks: false,
      text: title,
      fix: "It is converted before it is uploaded.",
    })),
    ...exposureNotes(exposure, manifest.name),
  ];
  return {
    accountId: account.id,
    level: verdict?.level ?? "unknown",
    convert,
    formats,
    uploadBytes: asItIs ? 0 : fileBytes,
    sharesWith: null,
    stagingName: asItIs ? null : (staging?.name ?? null),
    exposure,
    quota,
    cost: costOf(manifest, fileBytes, deps.settings().prices),
    same: same.map(({ id }) => id),
    notes: notes.toSorted((a, b) => Number(b.blocks) - Number(a.blocks)),
  };
}

const stagingOf = (store: StateStore, account: AccountView, { stagingId }: Destination): StagingView | null =>
  store.state.stagings[stagingId ?? account.stagingId ?? ""] ?? null;

async function askQuota(
  accounts: PlanDeps["accounts"],
  accountId: string,
  signal: AbortSignal,
): Promise<{ quota: Quota | null; note: Notes }> {
  try {
    return { quota: await accounts.quota(accountId, signal), note: [] };
  } catch (error) {
    if (signal.aborted) throw error;
    const { message, hint } = AppError.from(error);
    const text = `The account could not be asked what is left: ${message}`;
    return { quota: null, note: [{ blocks: false, text, fix: hint }] };
  }
}

function exposureOf(
  { ingest, takesSignedLink, fetchSendsHead }: ReturnType<typeof manifestOf>["capabilities"],
  staging: StagingView | null,
  asItIs: boolean,
): DestinationPlan["exposure"] {
  if (ingest.every((each) => each === "operator-hand-off")) return "operator";
  if (asItIs) return "your-address";
  // Oracle's image service reads its own account's bucket by a link as well: federated users need one.
  const makesLinks = staging?.place.kind === "s3" || staging?.place.kind === "oci";
  const signs = makesLinks && takesSignedLink && !fetchSendsHead;
  return signs ? "signed-link" : "unguessable-public-link";
}

const misfitNotes = (misfit: Misfit | null): Notes => (misfit === null ? [] : [{ blocks: true, ...misfit }]);

function judgeNotes(error: CheckReport["error"], verdict: Verdict | undefined, override: boolean): Notes {
  if (error !== null) {
    const { message, hint } = error;
    return [{ blocks: true, text: `The image could not be judged: ${message}`, fix: hint }];
  }
  const findings = verdict?.findings.filter(({ level }) => level === "error") ?? [];
  return findings.map(({ title, consequence, fix }) => ({
    blocks: !override,
    text: `${title}: ${consequence}`,
    fix: fix?.text ?? "Publish all the same: the override is written into the record.",
  }));
}

function roomNotes(quota: Quota | null, sizeBytes: number | null): Notes {
  const missingBytes = sizeBytes === null ? 0 : missingRoom(quota, sizeBytes);
  if (missingBytes === 0) return [];
  const text = `The account has ${sizeText(quota?.freeBytes ?? 0)} left; ${sizeText(missingBytes)} are missing`;
  return [{ blocks: true, text, fix: "Delete an image there or extend the storage." }];
}

const sameNote = (name: string, again: boolean): Notes[number] => ({
  blocks: !again,
  text: `The account has this content already, as ${name}`,
  fix: "Use that image, or publish the same content again on purpose.",
});

const exposureNotes = (exposure: DestinationPlan["exposure"], provider: string): Notes =>
  exposure === "unguessable-public-link"
    ? [
        {
          blocks: false,
          text: `While ${provider} fetches the image, whoever knows its address can read it`,
          fix: "The address cannot be guessed, and works no longer than the import takes.",
        },
      ]
    : [];

/** Several that can fetch the same object upload once: the first one does. */
function shareUploads(
  plans: readonly DestinationPlan[],
  destinations: readonly Destination[],
  { store, accounts }: PlanDeps,
): DestinationPlan[] {
  const first = new Map<string, string>();
  return plans.map((plan, index) => {
    const destination = destinations[index];
    if (destination === undefined || plan.exposure === "your-address" || plan.exposure === "operator")
      return plan;
    const staging = stagingOf(store, accounts.view(plan.accountId), destination);
    if (staging === null) return plan;
    const content = `${staging.id} ${plan.convert ?? "as it is"}`;
    const sharesWith = first.get(content) ?? null;
    if (sharesWith === null) first.set(content, plan.accountId);
    return sharesWith === null ? plan : { ...plan, sharesWith, uploadBytes: 0 };
  });
}
