import type { StagingPlace } from "#contract/staging.ts";
import { AppError } from "#core/lib/app-error.ts";

/** Where a storage is, without who we are there and how a provider reaches it. */
function spotOf(place: StagingPlace): readonly (string | number)[] {
  switch (place.kind) {
    case "s3":
      return ["s3", place.endpoint, place.region, place.bucket];
    case "oci":
      return ["oci", place.accountId, place.bucket];
    case "sftp":
      return ["sftp", place.host, place.port, place.directory];
    case "folder":
      return ["folder", place.path];
  }
}

/**
 * What lies on a storage is found there again only as long as it is the same one, and its keys are sent to nobody
 * else. Throws `bad-input`.
 */
export function assertSameSpot(before: StagingPlace, after: StagingPlace): void {
  if (JSON.stringify(spotOf(before)) === JSON.stringify(spotOf(after))) return;
  throw new AppError("bad-input", "That is another storage", {
    hint: "Connect it as one of its own; this one keeps its place.",
  });
}

/** Whether the kept secret can be meant: another way to log in has another one, or none. */
export const keepsSecret = (before: StagingPlace, after: StagingPlace): boolean =>
  before.kind !== "sftp" || after.kind !== "sftp" || (before.auth === after.auth && after.auth !== "agent");
