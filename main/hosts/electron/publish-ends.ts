import type { JobView } from "#contract/job.ts";
import type { AppState } from "#contract/state.ts";
import type { StateStore } from "#core/state-store.ts";

const underWay: ReadonlySet<JobView["status"]> = new Set(["queued", "running", "cancelling"]);

/** Publishes that have not ended yet. */
export const activePublishes = (state: Readonly<AppState>): JobView[] =>
  Object.values(state.jobs).filter(({ kind, status }) => kind === "publish" && underWay.has(status));

export interface EndWords {
  readonly title: string;
  readonly body: string;
}

/** How a publish has ended, for a notification; null when its end is no news (the person cancelled it). */
export function endWords(job: JobView, state: Readonly<AppState>): EndWords | null {
  const account = state.accounts[job.subject.accountId ?? ""]?.name ?? "the account";
  const image = state.images[job.subject.imageId ?? ""]?.name ?? "The image";
  if (job.status === "succeeded")
    return { title: `${image} is published`, body: `It arrived at ${account}.` };
  if (job.status !== "failed") return null;
  return {
    title: `Publishing ${image} to ${account} failed`,
    body: job.error === null ? "" : `${job.error.message} ${job.error.hint}`,
  };
}

/** Tells every publish that ends from now on, until the signal aborts. */
export async function watchPublishEnds(
  store: Pick<StateStore, "state" | "watch">,
  signal: AbortSignal,
  onEnd: (job: JobView) => void,
): Promise<void> {
  let active = new Set<string>();
  for await (const _ of store.watch(signal)) {
    for (const id of active) {
      const job = store.state.jobs[id];
      if (job !== undefined && !underWay.has(job.status)) onEnd(job);
    }
    active = new Set(activePublishes(store.state).map(({ id }) => id));
  }
}
