import { z } from "zod";
import { PublishResultSchema, PublishStartSchema } from "#contract/publish.ts";
import type { CheckReport } from "#contract/report.ts";
import { AppError } from "#core/lib/app-error.ts";
import { defineJob, type JobContext, type JobDefinition } from "#core/job/job-context.ts";
import type { Images } from "#core/library/images.ts";
import type { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import type { StagingStore } from "#staging/staging-store.ts";
import type { Accounts, OpenAccount } from "./accounts.ts";
import { cleanStaging } from "./clean-staging.ts";
import { defaultFollowTiming, followImage, type FollowTiming } from "./follow-step.ts";
import { hashFile } from "#core/library/hash-file.ts";
import { JudgedSchema, judgeForPublish } from "./judge-step.ts";
import { checkLink } from "./link-check.ts";
import { findByMarker, newMarker, registerOnce } from "./register-step.ts";
import { remoteImageId, showRemoteImage } from "./remote-images.ts";
import { newStagingPlace, StagingPlaceSchema } from "./staging-place.ts";
import type { Stagings } from "./stagings.ts";

export interface PublishDeps {
  ports: Ports;
  store: StateStore;
  images: Pick<Images, "view">;
  accounts: Pick<Accounts, "view" | "open">;
  stagings: Pick<Stagings, "open">;
  check: (imageId: string, signal: AbortSignal) => Promise<CheckReport>;
  /** For tests. */
  followTiming?: FollowTiming;
}

type Input = z.output<typeof PublishStartSchema>;
type PublishJob = JobDefinition<typeof PublishStartSchema, typeof PublishResultSchema>;

const steps = [
  { name: "judge", title: "Check for the provider" },
  { name: "hash", title: "Checksum" },
  { name: "stage", title: "Upload to staging" },
  { name: "link", title: "Check the link" },
  { name: "register", title: "Register with the provider" },
  { name: "follow", title: "Import at the provider" },
  { name: "clean", title: "Empty the staging" },
] as const;

const HashedSchema = z.object({ sha256: z.string().length(64), sizeBytes: z.number() });
const StagedSchema = z.object({ publicUrl: z.string(), sizeBytes: z.number() });
const RegisteredSchema = z.object({ providerImageId: z.string() });
const FollowedSchema = z.object({ status: z.string(), regions: z.array(z.string()) });
const CleanedSchema = z.object({ stagingEmpty: z.boolean() });

/** Brings an image of the library into an account and follows it to the end. */
export function createPublishJob(deps: PublishDeps): PublishJob {
  return defineJob({
    kind: "publish",
    input: PublishStartSchema,
    output: PublishResultSchema,
    steps,
    afterCrash: "resume",
    title: (input) => `Publish ${nameOf(deps, input)}`,
    subject: ({ imageId, accountId, batchId }) => ({
      imageId,
      accountId,
      ...(batchId === null ? {} : { batchId }),
    }),
    run: (context, input) => publish(deps, context, input),
  });
}

function nameOf(deps: PublishDeps, input: Input): string {
  return input.name ?? deps.images.view(input.imageId).name;
}

/**
 * What an attempt leaves behind is undone in reverse: after a cancel, a dismissal or a final failure
 * everything; after a failure that can be retried the upload and the registration stay for the retry. Undo
 * functions take what they need from the journal, so that they also work after a crash.
 */
async function publish(
  deps: PublishDeps,
  context: JobContext,
  input: Input,
): Promise<z.output<typeof PublishResultSchema>> {
  const { ports, store } = deps;
  const { clock } = ports;
  const { signal } = context;
  // Opened when first needed: an attempt that only undoes must get to its undo without it.
  let opening: Promise<OpenAccount> | null = null;
  const account = (): Promise<OpenAccount> =>
    (opening ??= deps.accounts.open(input.accountId).catch((error: unknown) => {
      opening = null;
      throw AppError.from(error);
    }));

  const staging = async (): Promise<StagingStore> => {
    const { account: view } = await account();
    const stagingId = input.stagingId ?? view.stagingId;
    if (stagingId !== null) return deps.stagings.open(stagingId);
    throw new AppError("bad-input", `The account ${view.name} has no staging storage`, {
      hint: "Give the account a storage where images can be put.",
    });
  };

  context.defer("starting over", async () => {}, { keepForRetry: true, undoes: "judge" });
  const judged = await context.step("judge", JudgedSchema, async (reporter) => {
    const { manifest } = (await account()).provider;
    reporter.message(`Judging for ${manifest.name}`);
    return judgeForPublish(await deps.check(input.imageId, signal), manifest, input.override);
  });

  context.defer("starting over", async () => {}, { keepForRetry: true, undoes: "hash" });
  const hashed = await context.step("hash", HashedSchema, async (reporter) => {
    const { path, sha256, fileBytes } = deps.images.view(input.imageId);
    // A known sum is good enough here: the upload reads every byte and compares.
    const sum = sha256 ?? (await hashFile(path, signal, (done, total) => reporter.progress(done, total)));
    return { sha256: sum, sizeBytes: fileBytes };
  });

  const place = await journalled(context, "staging", StagingPlaceSchema, () =>
    newStagingPlace(deps.images.view(input.imageId)),
  );
  const emptyStaging = async (): Promise<void> => cleanStaging(await staging(), place);
  context.defer(
    "emptying the staging storage",
    async () => {
      await emptyStaging();
      await context.note("upload", null);
      await context.note("staging", null); // a retry gets a new unguessable key
    },
    { keepForRetry: true, undoes: "stage" },
  );
  const staged = await context.step("stage", StagedSchema, async (reporter) => {
    const { path } = deps.images.view(input.imageId);
    const object = await (
      await staging()
    ).upload({
      key: place.key,
      path,
      sizeBytes: hashed.sizeBytes,
      contentType: "application/octet-stream",
      resume: context.recall("upload", UploadNoteSchema),
      onUploadId: (uploadId) => context.note("upload", { uploadId }),
      onProgress: (done, total) => reporter.progress(done, total),
      signal,
    });
    if (object.sha256 !== hashed.sha256) {
      throw new AppError("verify-failed", "The image file changed since its checksum was taken", {
        hint: "Nothing was published. Compact the machine again or check the disk, then publish again.",
        details: { expected: hashed.sha256, uploaded: object.sha256 },
      });
    }
    if (object.publicUrl === null) throw new AppError("staging-failed", "The staging has no public address");
    return { publicUrl: object.publicUrl, sizeBytes: object.sizeBytes };
  });

  context.defer("starting over", async () => {}, { keepForRetry: true, undoes: "link" });
  await context.step("link", z.object({}), async (reporter) => {
    reporter.message(`Reading ${new URL(staged.publicUrl).host} as the provider will`);
    const { path } = deps.images.view(input.imageId);
    await checkLink(staged.publicUrl, { path, sizeBytes: staged.sizeBytes }, clock, signal);
    return {};
  });

  const again = context.recall("marker", MarkerSchema) !== null;
  const marker = await journalled(context, "marker", z.string(), newMarker);
  context.defer(
    "removing the image from the account",
    () => unregister(deps, context, account, input.accountId),
    {
      keepForRetry: true,
      undoes: "register",
    },
  );
  const registered = await context.step("register", RegisteredSchema, async (reporter) => {
    const { provider, account: view } = await account();
    const region = input.region ?? view.defaultRegion;
    reporter.message(`${provider.manifest.name}, ${region}`);
    const request = {
      name: nameOf(deps, input),
      source: { kind: "url" as const, url: staged.publicUrl },
      region,
      format: deps.images.view(input.imageId).format,
      firmware: null,
      os: judged.os,
      retryToken: marker,
    };
    const onRefused = (): Promise<void> => context.note("marker", null);
    const image = await registerOnce(provider, { request, marker, again, onRefused }, clock, signal);
    await context.note("registered", image.providerImageId);
    showRemoteImage(store, input.accountId, image, clock.nowIso());
    return { providerImageId: image.providerImageId };
  });

  const followed = await context.step("follow", FollowedSchema, async (reporter) => {
    const { provider } = await account();
    const image = await followImage(provider, registered.providerImageId, {
      clock,
      timing: deps.followTiming ?? defaultFollowTiming,
      signal,
      onState: (state) => {
        showRemoteImage(store, input.accountId, state, clock.nowIso());
        reporter.message(`${provider.manifest.name}: ${state.providerStatus}`);
      },
    });
    // From here on the image is the user's: no undo deletes it.
    await context.note("available", true);
    return { status: image.providerStatus, regions: [...image.regions] };
  });

  const { stagingEmpty } = await context.step("clean", CleanedSchema, async () => {
    await emptyStaging();
    return { stagingEmpty: true };
  });

  return {
    accountId: input.accountId,
    remoteImageId: remoteImageId(input.accountId, registered.providerImageId),
    providerImageId: registered.providerImageId,
    status: followed.status,
    uploadedBytes: staged.sizeBytes,
    sha256: hashed.sha256,
    stagingEmpty,
    overridden: judged.overridden,
    regions: followed.regions,
    handOff: null,
  };
}

const UploadNoteSchema = z.object({ uploadId: z.string() }).nullable();
const MarkerSchema = z.string().nullable();

/** The value noted by an earlier attempt, or a new one, noted before it is used. */
async function journalled<S extends z.ZodType>(
  context: JobContext,
  key: string,
  schema: S,
  make: () => z.output<S>,
): Promise<z.output<S>> {
  const known = context.recall(key, schema.nullable());
  if (known !== null) return known as z.output<S>;
  const made = make();
  await context.note(key, made);
  return made;
}

/** Takes a registration back, also one of which only the marker is known. */
async function unregister(
  deps: PublishDeps,
  context: JobContext,
  account: () => Promise<OpenAccount>,
  accountId: string,
): Promise<void> {
  const marker = context.recall("marker", MarkerSchema);
  if (marker === null || context.recall("available", z.boolean()) === true) return;
  const { provider } = await account();
  const signal = AbortSignal.timeout(60_000);
  const id =
    context.recall("registered", MarkerSchema) ??
    (await findByMarker(provider, marker, signal))?.providerImageId ??
    null;
  if (id !== null && provider.deleteImage !== null) {
    await provider.deleteImage(id, signal);
    deps.store.remove("remoteImages", remoteImageId(accountId, id));
  }
  await context.note("registered", null);
  await context.note("marker", null);
}
