import { z } from "zod";
import { checkLink } from "./link-check.ts";
import { openForProvider } from "./link-step.ts";
import type { PreparedFile } from "./prepare/prepared-files.ts";
import type { ImportSource } from "#providers/provider.ts";
import { startsOver, type PublishScope } from "./publish-scope.ts";
import type { PublishTarget } from "./publish-target.ts";

/**
 * Answers where the provider reads the file, read as it will read it. Done in every attempt until the image is
 * registered, because public access ends with a failure and the address is written down nowhere. null after that.
 */
export async function giveLink(
  scope: PublishScope,
  target: PublishTarget,
  objectId: string | null,
  file: PreparedFile,
): Promise<ImportSource | null> {
  const { context, provider, inWords } = scope;
  const { desk, ports, stagings } = scope.deps;
  const { jobId } = context;
  const isRegistered = (): boolean => context.recall("registered", z.string().nullable()) !== null;
  let source: ImportSource | null = null;
  if (!isRegistered()) await context.redo("link");
  startsOver(scope, "link");
  context.defer("ending public access", async () => {
    // While the provider fetches, the object must stay readable; the retry goes on following.
    if (objectId === null || isRegistered()) return;
    await desk.conceal(objectId, jobId).catch((error: unknown) => {
      ports.log.warn("a staged object could not be made private", { job: jobId, error: String(error) });
    });
  });
  await context.step("link", z.object({}), async (reporter, signal) => {
    reporter.message("Reading it as the provider will");
    const onType = (type: string): void => reporter.message(`Answers HEAD and GET as an image (${type})`);
    await inWords(async () => {
      if (target.kind === "address") {
        const { url } = target;
        source = { kind: "url", url };
        return checkLink({ url, headUrl: url }, file, ports.clock, signal, onType);
      }
      const state = objectId === null ? null : await desk.find(objectId, jobId);
      if (objectId === null || state === null) return;
      const { capabilities } = (await provider()).manifest;
      const { place } = stagings.view(target.stagingId);
      const isOwnStorage = place.kind === "oci" && place.accountId === scope.input.accountId;
      const object = { id: objectId, key: state.object.key, jobId, file, isOwnStorage };
      source = await openForProvider(desk, object, capabilities, ports.clock, signal, onType);
    });
    return {};
  });
  return source;
}
