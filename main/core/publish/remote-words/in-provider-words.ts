import type { ProviderId } from "#contract/finding.ts";
import { AppError } from "#core/lib/app-error.ts";
import { explained } from "./interpret.ts";

/**
 * Runs a step of a publish and explains its failure. Keys that run out on the way (a token, a session) are no
 * reason to throw an upload away: such a failure can be retried once there are new ones.
 */
export async function inProviderWords<T>(provider: ProviderId, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const failure = explained(AppError.from(error), provider);
    if (failure.code !== "unauthorized" || failure.retry !== "never") throw failure;
    const { code, message, hint, details } = failure;
    throw new AppError(code, message, { hint, details, retry: "later", cause: failure });
  }
}
