import { z } from "zod";
import type { Conversion } from "./prepare/conversion.ts";
import type { PreparedFile } from "./prepare/prepared-files.ts";
import { startsOver, type PublishScope } from "./publish-scope.ts";

const FileSchema = z.object({ path: z.string(), sha256: z.string().length(64), sizeBytes: z.number() });

const conversionWords: Readonly<Record<NonNullable<Conversion>, string>> = {
  "qcow2-zlib": "Converting to compressed qcow2",
  "raw-gzip": "Packing the raw disk with gzip",
};

/** The file as it is uploaded: the library's own, or a copy in the cache. `sha256` is of the library's. */
export async function prepareFile(
  scope: PublishScope,
  convert: Conversion,
  sha256: string,
): Promise<PreparedFile> {
  const { deps, input, context } = scope;
  const before = context.recall("prepared", FileSchema);
  if (convert !== null && before !== null && !context.signal.aborted && !(await deps.prepared.has(before))) {
    await context.redo("prepare"); // the cache was emptied meanwhile
  }
  startsOver(scope, "prepare");
  return context.step("prepare", FileSchema, async (reporter, signal) => {
    const image = deps.images.view(input.imageId);
    if (convert === null) return { path: image.path, sha256, sizeBytes: image.fileBytes };
    const file = await deps.prepared.provide(image, sha256, {
      convert,
      onStage: (stage) => reporter.message(stage === "unpack" ? "Unpacking" : conversionWords[convert]),
      onWait: () => reporter.message("Another publish converts it"),
      onProgress: reporter.progress,
      signal,
    });
    await context.note("prepared", file);
    return file;
  });
}
