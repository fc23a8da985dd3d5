import type { AccountView } from "#contract/account.ts";
import type { DestinationPlan, UploadFormat } from "#contract/publish.ts";
import type { StagingPlace, StagingView } from "#contract/staging.ts";
import { AppError } from "#core/lib/app-error.ts";
import { manifestOf } from "#core/publish/accounts/account-access.ts";
import { mayTake } from "#core/publish/prepare/conversion.ts";
import { targetOf } from "#core/publish/publish-target.ts";

export interface Misfit {
  readonly text: string;
  readonly fix: string;
}

type Destination = {
  stagingId: string | null;
  sourceUrl: string | null;
  moreRegions: readonly string[];
  format: UploadFormat | null;
};

const formatNames: Readonly<Record<UploadFormat, string>> = {
  "as-it-is": "the file as it is",
  "qcow2-zlib": "qcow2",
  "raw-gzip": "a raw disk in gzip",
};

const notTakenWords = (provider: string, format: UploadFormat): Misfit => ({
  text: `${provider} does not take this image as ${formatNames[format]}`,
  fix: "Choose another format, or none: then the best one is used.",
});

/** A format was chosen that the provider does not take of this image. */
export function notTaken(provider: string, format: UploadFormat): AppError {
  const { text, fix } = notTakenWords(provider, format);
  return new AppError("bad-input", text, { hint: fix });
}

/** The same for a plan; null: it takes it, or none was chosen. */
export const formatMisfit = (
  provider: string,
  choices: DestinationPlan["formats"],
  wanted: UploadFormat | null,
): Misfit | null =>
  wanted === null || choices.some(({ format }) => format === wanted) ? null : notTakenWords(provider, wanted);

/** Why a destination cannot work whatever the image is; null: it can. */
export function misfitOf(
  account: AccountView,
  destination: Destination,
  stagings: Readonly<Record<string, StagingView>>,
): Misfit | null {
  const { name, capabilities } = manifestOf(account.provider);
  const { format } = destination;
  if (format !== null && !mayTake(capabilities, format)) return notTakenWords(name, format);
  if (destination.moreRegions.length > 0 && !capabilities.transferImage) {
    return { text: `${name} copies no image to other regions`, fix: "Publish to each region by itself." };
  }
  try {
    const target = targetOf(account, destination);
    if (target.kind === "address") return null;
    const staging = stagings[target.stagingId];
    if (staging === undefined) {
      return { text: "The staging storage is not connected any more", fix: "Choose another one." };
    }
    if (staging.practice && !account.practice) {
      return {
        text: `${staging.name} is on this computer, where ${name} cannot reach it`,
        fix: "Choose a storage on the internet.",
      };
    }
    return target.kind === "hand-off" ? null : unreadable(name, capabilities, staging.place);
  } catch (error) {
    const { message, hint } = AppError.from(error);
    return { text: message, fix: hint };
  }
}

/** Whether the provider can read from a place at all. */
function unreadable(
  provider: string,
  { ingest, takesSignedLink }: ReturnType<typeof manifestOf>["capabilities"],
  place: StagingPlace,
): Misfit | null {
  if (ingest.includes("own-object-storage") && place.kind !== "oci") {
    return {
      text: `${provider} reads images from its own object storage only`,
      fix: "Choose a bucket of the account itself.",
    };
  }
  if (place.kind === "oci" && !takesSignedLink) {
    return {
      text: `A bucket in OCI gives its objects by links of their own, which ${provider} does not take`,
      fix: "Choose an S3 storage or a web server.",
    };
  }
  if ((place.kind === "sftp" || place.kind === "folder") && place.publicUrlTemplate === null) {
    return {
      text: "Nobody serves this storage by HTTP",
      fix: "Give it the address under which its files can be read, or choose another storage.",
    };
  }
  return null;
}

/** Throws `bad-input` for a destination that cannot work, before anything is started. */
export function assertFits(
  account: AccountView,
  destination: Destination,
  stagings: Readonly<Record<string, StagingView>>,
): void {
  const misfit = misfitOf(account, destination, stagings);
  if (misfit === null) return;
  throw new AppError("bad-input", `${account.name}: ${misfit.text}`, { hint: misfit.fix });
}
