import type { z } from "zod";
import type { DestinationPlan, PublishManySchema } from "#contract/publish.ts";
import type { CheckReport } from "#contract/report.ts";
import type { StateStore } from "#core/state-store.ts";
import type { Images } from "#core/library/images.ts";
import type { Accounts } from "#core/publish/accounts/accounts.ts";

interface PlanDeps {
  store: StateStore;
  images: Pick<Images, "view">;
  accounts: Pick<Accounts, "view" | "quota">;
  check: (imageId: string, signal: AbortSignal) => Promise<CheckReport>;
}

/** What each publish would do, and what stands against it. Nothing is sent but questions. */
export async function planPublish(
  deps: PlanDeps,
  { imageId, destinations }: z.output<typeof PublishManySchema>,
  signal: AbortSignal,
): Promise<DestinationPlan[]> {
  const { store, images, accounts } = deps;
  const report = await deps.check(imageId, signal);
  const { fileBytes } = images.view(imageId);
  return Promise.all(
    destinations.map(async ({ accountId, stagingId, sourceUrl }): Promise<DestinationPlan> => {
      const account = accounts.view(accountId);
      const place = stagingId ?? account.stagingId;
      return {
        accountId,
        level: report.verdicts[account.provider]?.level ?? "unknown",
        convert: null,
        uploadBytes: sourceUrl === null ? fileBytes : 0,
        sharesWith: null,
        stagingName: store.state.stagings[place ?? ""]?.name ?? null,
        exposure: sourceUrl === null ? "unguessable-public-link" : "your-address",
        quota: await accounts.quota(accountId, signal),
        cost: null,
        same: [],
        notes: [],
      };
    }),
  );
}
