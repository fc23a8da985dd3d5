import { z } from "zod";
import { PublishResultSchema, PublishStartSchema, type PublishResult } from "#contract/publish.ts";
import { defineJob, type JobDefinition } from "#core/job/job-context.ts";
import { hashFile } from "#core/library/hash-file.ts";
import type { ImportSource, RemoteImageState } from "#providers/provider.ts";
import { bringToRegions } from "./finish-step.ts";
import { defaultFollowTiming, followImage, type FollowTiming } from "./follow-step.ts";
import { giveLink } from "./give-link.ts";
import { handOver } from "./hand-over.ts";
import { journalled } from "./journalled.ts";
import { JudgedSchema, judgeForPublish } from "./judge-step.ts";
import { conversionTo, formatChoices, uploadedAs } from "./prepare/conversion.ts";
import type { PreparedFile } from "./prepare/prepared-files.ts";
import { startsOver, type PublishDeps, type PublishInput, type PublishScope } from "./publish-scope.ts";
import { notTaken } from "./plan/misfit.ts";
import { PublishTargetSchema, stepsFor, targetOf, type PublishTarget } from "./publish-target.ts";
import { assertRoomThere } from "./quota-step.ts";
import { newMarker, registerOnce } from "./register-step.ts";
import { remoteImageId } from "./remote/remote-images.ts";
import { assertNew } from "./remote/same-content.ts";
import { inProviderWords } from "./remote-words/in-provider-words.ts";
import { prepareFile } from "./prepare-step.ts";
import { stageFile } from "./stage-file.ts";
import { unregister } from "./unregister.ts";

export type PublishJob = JobDefinition<typeof PublishStartSchema, typeof PublishResultSchema>;
type Judged = z.output<typeof JudgedSchema>;

const HashedSchema = z.object({ sha256: z.string().length(64) });
const NothingSchema = z.object({});
const RegisteredSchema = z.object({ providerImageId: z.string() });
const FollowedSchema = z.object({ status: z.string(), regions: z.array(z.string()) });
const FinishedSchema = z.object({ regions: z.array(z.string()) });
const CleanedSchema = z.object({ stagingEmpty: z.boolean().nullable() });

/** Uploads share one gate and conversions take turns; everything else of a publish is waiting for others. */
const atOnce = 32;

/** Brings an image of the library into an account and follows it to the end. */
export function createPublishJob(deps: PublishDeps): PublishJob {
  const accountOf = (input: PublishInput) => deps.accounts.view(input.accountId);
  return defineJob({
    kind: "publish",
    input: PublishStartSchema,
    output: PublishResultSchema,
    atOnce,
    steps: (input) => stepsFor(targetOf(accountOf(input), input)),
    afterCrash: "resume",
    title: (input) => `Publish ${nameOf(deps, input)} to ${accountOf(input).name}`,
    subject: ({ imageId, accountId, batchId }) => ({
      imageId,
      accountId,
      ...(batchId === null ? {} : { batchId }),
    }),
    run: (context, input) =>
      publish({
        deps,
        context,
        input,
        name: nameOf(deps, input),
        provider: async () => (await deps.accounts.open(input.accountId)).provider,
        inWords: (work) => inProviderWords(accountOf(input).provider, work),
      }),
  });
}

const nameOf = (deps: PublishDeps, input: PublishInput): string =>
  input.name ?? deps.images.view(input.imageId).name;

/**
 * One attempt. What it leaves behind is undone in reverse: after a cancel, a dismissal or a final failure
 * everything; after a failure that can be retried the upload and the registration stay for the retry. Undo
 * functions take what they need from the journal, so that they also work after a crash.
 */
async function publish(scope: PublishScope): Promise<PublishResult> {
  const { context, input, deps } = scope;
  const { accountId } = input;
  // The account may be given another storage meanwhile; this publish goes on with the one that it began with.
  const target = await journalled(context, "target", PublishTargetSchema, () =>
    targetOf(deps.accounts.view(accountId), input),
  );
  context.defer("starting over", () => context.note("target", null), { keepForRetry: true });
  const judged = await judge(scope, target);
  const { sha256 } = await hash(scope);
  const isNew = context.recall("marker", z.string().nullable()) === null;
  if (isNew && !input.again) assertNew(deps.remoteImages.all(), accountId, sha256);
  const file = await prepareFile(scope, judged.convert, sha256);
  await askForRoom(scope, file);
  const { convert } = judged;
  const { objectId, uploadedBytes } = await stageFile(scope, target, { ...file, convert });
  const done = { accountId, sha256: file.sha256, overridden: judged.overridden };
  if (target.kind === "hand-off") {
    const handed = await handOver(scope, { stagingId: target.stagingId, objectId, file }, judged);
    const nowhere = { remoteImageId: null, providerImageId: null, stagingEmpty: null, regions: [] };
    return { ...done, ...nowhere, ...handed, uploadedBytes };
  }
  const source = await giveLink(scope, target, objectId, file);
  const providerImageId = await register(scope, { source, sourceSha256: sha256, judged });
  const followed = await follow(scope, providerImageId);
  const { stagingEmpty } = await clean(scope, objectId);
  const regions = await finish(scope, providerImageId, followed.regions, judged);
  return {
    ...done,
    remoteImageId: remoteImageId(accountId, providerImageId),
    providerImageId,
    status: followed.status,
    uploadedBytes,
    stagingEmpty,
    regions,
    handOff: null,
  };
}

function judge(scope: PublishScope, target: PublishTarget): Promise<Judged> {
  const { deps, input, context } = scope;
  startsOver(scope, "judge");
  return context.step("judge", JudgedSchema, async (reporter, signal) => {
    const { manifest } = await scope.provider();
    reporter.message(`Judging for ${manifest.name}`);
    const report = await deps.check(input.imageId, signal);
    const { override } = input;
    const image = deps.images.view(input.imageId);
    // What lies at an address of the user's is taken as it is.
    if (target.kind === "address") {
      return { ...judgeForPublish(report, manifest, { override, convert: null }), convert: null };
    }
    const choices = formatChoices(manifest.capabilities, image, report.facts);
    const wanted = input.format ?? choices[0].format;
    if (!choices.some(({ format }) => format === wanted)) throw notTaken(manifest.name, wanted);
    const convert = conversionTo(wanted);
    return { ...judgeForPublish(report, manifest, { override, convert }), convert };
  });
}

function hash(scope: PublishScope): Promise<z.output<typeof HashedSchema>> {
  const { deps, input, context } = scope;
  startsOver(scope, "hash");
  return context.step("hash", HashedSchema, async (reporter, signal) => {
    const { path, sha256 } = deps.images.view(input.imageId);
    // A known sum is good enough here: the upload reads every byte and compares.
    return { sha256: sha256 ?? (await hashFile(path, signal, reporter.progress)) };
  });
}

function askForRoom(scope: PublishScope, file: PreparedFile): Promise<unknown> {
  startsOver(scope, "quota");
  return scope.context.step("quota", NothingSchema, async (reporter, signal) => {
    const provider = await scope.provider();
    const quota = await scope.inWords(() => assertRoomThere(provider, file.sizeBytes, signal));
    if (quota === null) reporter.message(`${provider.manifest.name} tells no quota`);
    return {};
  });
}

async function register(
  scope: PublishScope,
  what: { source: ImportSource | null; sourceSha256: string; judged: Judged },
): Promise<string> {
  const { deps, input, context, name } = scope;
  const { source, sourceSha256, judged } = what;
  const { accountId, imageId } = input;
  const again = context.recall("marker", z.string().nullable()) !== null;
  const marker = await journalled(context, "marker", z.string(), newMarker);
  context.defer(
    "removing the image from the account",
    () => unregister(context, deps.remoteImages, accountId, () => scope.provider()),
    { keepForRetry: true, undoes: "register" },
  );
  const { providerImageId } = await context.step("register", RegisteredSchema, async (reporter, signal) => {
    const provider = await scope.provider();
    const region = input.region ?? deps.accounts.view(accountId).defaultRegion;
    reporter.message(region === "" ? provider.manifest.name : `${provider.manifest.name}, ${region}`);
    const { format } = uploadedAs(deps.images.view(imageId), judged.convert);
    const request = {
      name,
      // Registered already, nothing is sent: the image is found by its marker.
      source: source ?? { kind: "url" as const, url: "" },
      region,
      format,
      firmware: judged.firmware,
      os: judged.os,
      retryToken: marker,
    };
    const onRefused = (): Promise<void> => context.note("marker", null);
    const registration = { request, marker, again, onRefused };
    const image = await scope.inWords(() => registerOnce(provider, registration, deps.ports.clock, signal));
    await context.note("registered", image.providerImageId);
    const publishedFrom = { imageId, jobId: context.jobId, sha256: sourceSha256 };
    deps.remoteImages.show(accountId, image, publishedFrom);
    return { providerImageId: image.providerImageId };
  });
  return providerImageId;
}

function follow(scope: PublishScope, providerImageId: string): Promise<z.output<typeof FollowedSchema>> {
  const { deps, input, context } = scope;
  return context.step("follow", FollowedSchema, async (reporter, signal) => {
    const provider = await scope.provider();
    const onState = (state: RemoteImageState): void => {
      deps.remoteImages.show(input.accountId, state);
      const { progress } = state;
      const share = progress?.unit === "percent" ? `, ${Math.floor(progress.done)} %` : "";
      reporter.message(`${provider.manifest.name}: ${state.providerStatus}${share}`);
      if (progress?.unit === "bytes") reporter.progress(progress.done, progress.total);
    };
    const options = { clock: deps.ports.clock, timing: timingOf(scope), signal, onState };
    const image = await scope.inWords(() => followImage(provider, providerImageId, options));
    // From here on the image is the user's: no undo deletes it.
    await context.note("available", true);
    return { status: image.providerStatus, regions: [...image.regions] };
  });
}

/** As soon as the provider has the bytes, nothing of ours stays readable. */
function clean(scope: PublishScope, objectId: string | null): Promise<z.output<typeof CleanedSchema>> {
  const { deps, context } = scope;
  return context.step("clean", CleanedSchema, async (reporter) => {
    if (objectId === null) return { stagingEmpty: null };
    const stagingEmpty = await deps.desk.release(objectId, context.jobId);
    if (stagingEmpty === null) reporter.message("Another publish still needs the staged object");
    return { stagingEmpty };
  });
}

async function finish(
  scope: PublishScope,
  providerImageId: string,
  regions: string[],
  { firmware, os }: Judged,
): Promise<string[]> {
  const { deps, input, context, name } = scope;
  const finished = await context.step("finish", FinishedSchema, async (reporter, signal) => {
    const provider = await scope.provider();
    return scope.inWords(async () => {
      await provider.finishImage?.(providerImageId, { name, firmware, os }, signal);
      if (input.moreRegions.length === 0) return { regions };
      reporter.message(`Copying to ${input.moreRegions.join(", ")}`);
      const image = await provider.getImage(providerImageId, signal);
      const onState = (state: RemoteImageState): void => deps.remoteImages.show(input.accountId, state);
      const options = { clock: deps.ports.clock, timing: timingOf(scope), signal, onState };
      return { regions: await bringToRegions(provider, image, input.moreRegions, options) };
    });
  });
  return finished.regions;
}

const timingOf = ({ deps }: PublishScope): FollowTiming => deps.followTiming ?? defaultFollowTiming;
