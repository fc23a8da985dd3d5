import type { z } from "zod";
import type { PublishManySchema } from "#contract/publish.ts";
import type { Jobs } from "#core/job/runner.ts";
import { newId } from "#core/library/new-id.ts";
import type { StateStore } from "#core/state-store.ts";
import type { Accounts } from "./accounts/accounts.ts";
import { assertFits } from "./plan/misfit.ts";
import type { PublishJob } from "./publish-job.ts";

/**
 * Starts one job a destination; answers their ids in order. All destinations are looked at first, so that a slip in
 * one does not leave half of a batch under way.
 */
export async function startPublishes(
  deps: { store: StateStore; jobs: Jobs; accounts: Pick<Accounts, "view">; publish: PublishJob },
  { imageId, destinations, again }: z.output<typeof PublishManySchema>,
): Promise<string[]> {
  const { store, jobs, accounts, publish } = deps;
  for (const destination of destinations) {
    assertFits(accounts.view(destination.accountId), destination, store.state.stagings);
  }
  const batchId = destinations.length > 1 ? newId() : null;
  const jobIds: string[] = [];
  for (const destination of destinations) {
    jobIds.push(await jobs.start(publish, { ...destination, imageId, again, batchId }));
  }
  return jobIds;
}
