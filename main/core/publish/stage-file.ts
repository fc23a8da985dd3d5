import { z } from "zod";
import { uploadedAs, type Conversion } from "./prepare/conversion.ts";
import { journalled } from "./journalled.ts";
import type { PreparedFile } from "./prepare/prepared-files.ts";
import type { PublishScope } from "./publish-scope.ts";
import type { PublishTarget } from "./publish-target.ts";
import { handOffPlace, newStagingPlace, type ObjectPlace } from "./staging/staging-place.ts";

const StagedSchema = z.object({ uploadedBytes: z.number() });

/**
 * Brings the file onto its storage. Answers the id of the staged object, null where none is needed, and how many
 * bytes this publish sent itself.
 */
export async function stageFile(
  scope: PublishScope,
  target: PublishTarget,
  file: PreparedFile & { readonly convert: Conversion },
): Promise<{ objectId: string | null; uploadedBytes: number }> {
  if (target.kind === "address") return { objectId: null, uploadedBytes: 0 };
  const { context, inWords } = scope;
  const { desk } = scope.deps;
  const { jobId } = context;
  await forgetLost(scope, file);
  const objectId = await journalled(context, "object", z.string(), () => {
    const { sha256, sizeBytes } = file;
    const place = placeOf(scope, target, file);
    const share = target.kind === "staging";
    return desk.claim(jobId, { stagingId: target.stagingId, sha256, sizeBytes, place, share });
  });
  context.defer(
    "emptying the staging storage",
    async () => {
      await desk.release(objectId, jobId);
      await context.note("object", null); // a retry gets a new unguessable key
    },
    { keepForRetry: true, undoes: "stage" },
  );
  const { uploadedBytes } = await context.step("stage", StagedSchema, async (reporter, signal) => {
    const onWait = (): void => reporter.message("Another publish uploads it");
    const onProgress = reporter.progress;
    const options = { path: file.path, onWait, onProgress, signal };
    const uploadedHere = await inWords(() => desk.provide(objectId, options));
    return { uploadedBytes: uploadedHere ? file.sizeBytes : 0 };
  });
  return { objectId, uploadedBytes };
}

/** An object that was cleaned up meanwhile, or of a file that had to be converted once more, is staged anew. */
async function forgetLost({ context, deps }: PublishScope, file: PreparedFile): Promise<void> {
  const objectId = context.recall("object", z.string().nullable());
  const needed =
    context.recall("registered", z.string().nullable()) === null &&
    context.recall("handed-over", z.boolean()) !== true;
  if (objectId === null || !needed || context.signal.aborted) return;
  const state = await deps.desk.find(objectId, context.jobId);
  if (state?.object.sha256 === file.sha256) return;
  await deps.desk.release(objectId, context.jobId);
  await context.redo("stage");
  await context.note("object", null);
}

function placeOf(
  { deps, input }: PublishScope,
  target: PublishTarget,
  file: PreparedFile & { readonly convert: Conversion },
): ObjectPlace {
  const image = deps.images.view(input.imageId);
  const named = { name: image.name, ...uploadedAs(image, file.convert) };
  return target.kind === "hand-off" ? handOffPlace(named, file.sha256) : newStagingPlace(named);
}
