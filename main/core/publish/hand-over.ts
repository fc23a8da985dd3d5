import { z } from "zod";
import type { PublishResult } from "#contract/publish.ts";
import { AppError } from "#core/lib/app-error.ts";
import { writeHandOff } from "./hand-off.ts";
import type { JudgedSchema } from "./judge-step.ts";
import type { PreparedFile } from "./prepare/prepared-files.ts";
import type { PublishScope } from "./publish-scope.ts";

/** Leaves the file on the operator's storage and writes down what the operator has to enter. */
export async function handOver(
  scope: PublishScope,
  staged: { stagingId: string; objectId: string | null; file: PreparedFile },
  judged: z.output<typeof JudgedSchema>,
): Promise<Pick<PublishResult, "status" | "handOff">> {
  const { context, name } = scope;
  const { desk, stagings } = scope.deps;
  const { stagingId, objectId, file } = staged;
  const { key } = await context.step("hand-off", z.object({ key: z.string() }), async () => {
    const state = objectId === null ? null : await desk.find(objectId, context.jobId);
    if (state === null) throw new AppError("staging-failed", "The staged file is gone", { retry: "now" });
    return { key: state.object.key };
  });
  // From here on the file is the operator's: it stays.
  await context.note("handed-over", true);
  if (objectId !== null) await desk.handOver(objectId);
  const { os, cloudInit } = judged;
  const { place } = stagings.view(stagingId);
  const handOff = writeHandOff({ name, key, place, file, os, cloudInit });
  return { status: "handed over", handOff };
}
