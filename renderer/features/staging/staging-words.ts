import type { StagingPlace, StagingView } from "#contract/staging.ts";

export const stagingKindWords: Readonly<Record<StagingPlace["kind"], string>> = {
  s3: "S3-compatible",
  oci: "OCI Object Storage",
  sftp: "SFTP",
  folder: "Folder",
};

/** Where it is, in one line: `golden-images at fra1.digitaloceanspaces.com`. */
export function placeWords(place: StagingPlace): string {
  switch (place.kind) {
    case "s3":
      return `${place.bucket} at ${hostOf(place.endpoint)}`;
    case "oci":
      return `bucket ${place.bucket}`;
    case "sftp":
      return `${place.username}@${place.host}:${place.directory}`;
    case "folder":
      return place.path;
  }
}

const hostOf = (url: string): string => {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
};

/** `spaces (golden-images at fra1.digitaloceanspaces.com)`: for lists to choose from. */
export const stagingLabel = ({ name, place }: StagingView): string => `${name} (${placeWords(place)})`;
