import type { FoundConfig } from "#contract/account.ts";
import { AppError } from "#core/lib/app-error.ts";
import { findAws } from "./aws.ts";
import type { Additions, Candidate, Found } from "./candidate.ts";
import { findContabo } from "./contabo.ts";
import { findDoctl } from "./doctl.ts";
import { findInEnvironment } from "./environment.ts";
import { findOci } from "./oci.ts";
import { findRclone } from "./rclone.ts";
import type { World } from "./world.ts";

export type { Found } from "./candidate.ts";
export type { World } from "./world.ts";

const finders = [findInEnvironment, findDoctl, findContabo, findOci, findAws, findRclone];

/** Configurations of other tools that could be taken over; no secret is in the answer. */
export async function discover(world: World): Promise<FoundConfig[]> {
  return (await candidates(world)).map(({ found }) => found);
}

/**
 * What an import of one of them takes over. Looks again, so that nothing secret is held in between. Throws
 * `not-found` when it has gone meanwhile, `bad-input` when something is missing.
 */
export async function readFound(world: World, foundId: string, additions: Additions): Promise<Found> {
  const candidate = (await candidates(world)).find(({ found }) => found.id === foundId);
  if (candidate === undefined) {
    throw new AppError("not-found", "This configuration is not there any more", {
      hint: "Look for configurations again.",
    });
  }
  return candidate.take(additions);
}

async function candidates(world: World): Promise<Candidate[]> {
  return (await Promise.all(finders.map((find) => find(world)))).flat();
}
