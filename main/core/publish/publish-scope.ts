import type { z } from "zod";
import type { PublishStartSchema } from "#contract/publish.ts";
import type { CheckReport } from "#contract/report.ts";
import type { JobContext } from "#core/job/job-context.ts";
import type { Images } from "#core/library/images.ts";
import type { Ports } from "#ports/ports.ts";
import type { ProviderClient } from "#providers/provider.ts";
import type { Accounts } from "./accounts/accounts.ts";
import type { FollowTiming } from "./follow-step.ts";
import type { PreparedFiles } from "./prepare/prepared-files.ts";
import type { RemoteImages } from "./remote/remote-images.ts";
import type { StagingDesk } from "./staging/staging-desk.ts";
import type { Stagings } from "./staging/stagings.ts";

export interface PublishDeps {
  ports: Ports;
  images: Pick<Images, "view">;
  accounts: Pick<Accounts, "view" | "open">;
  stagings: Pick<Stagings, "view">;
  desk: StagingDesk;
  prepared: PreparedFiles;
  remoteImages: RemoteImages;
  check: (imageId: string, signal: AbortSignal) => Promise<CheckReport>;
  /** For tests. */
  followTiming?: FollowTiming;
}

export type PublishInput = z.output<typeof PublishStartSchema>;

/** What the steps of one attempt share. */
export interface PublishScope {
  readonly deps: PublishDeps;
  readonly context: JobContext;
  readonly input: PublishInput;
  /** At the provider: what was typed, or the image's own name. */
  readonly name: string;
  /** Opened anew for every step: a long upload outlives a token, and new keys count at once. */
  readonly provider: () => Promise<ProviderClient>;
  /** Runs work of a step; a failure gets cause and fix, and is worth a retry where new keys would help. */
  readonly inWords: <T>(work: () => Promise<T>) => Promise<T>;
}

/** A step that leaves nothing behind but is to be done again after a final failure. */
export function startsOver({ context }: PublishScope, step: string): void {
  context.defer("starting over", async () => {}, { keepForRetry: true, undoes: step });
}
