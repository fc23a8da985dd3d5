import type { FoundConfig } from "#contract/account.ts";
import { added, foundId, publicAddress, shownName, type Candidate } from "./candidate.ts";
import { closed } from "./closed.ts";

/** Keys of an S3 store as another tool has them; empty values as null. */
export interface S3Keys {
  readonly accessKeyId: string | null;
  readonly secretAccessKey: string | null;
  readonly sessionToken: string | null;
  readonly region: string | null;
  /** null: Amazon's own. */
  readonly endpoint: string | null;
}

const bucketName = { name: "bucket", label: "Name of the bucket", required: true };

/** A storage that an import makes of them. No tool knows a bucket: the user names it. */
export function s3Candidate(
  about: Pick<FoundConfig, "tool" | "where"> & { readonly section: string; readonly name: string },
  keys: S3Keys,
): Candidate {
  const { tool, where } = about;
  const name = shownName(about.name);
  const shown = { tool, provider: null, becomes: "staging", name, where } as const;
  const { accessKeyId, secretAccessKey, region } = keys;
  if (accessKeyId === null || secretAccessKey === null) {
    return closed(
      shown,
      "it has no access key of its own (a role, single sign-on or another program gives one)",
    );
  }
  if (keys.sessionToken !== null) {
    return closed(shown, "its keys are temporary (a session token) and would end before a publish may");
  }
  const endpoint = address(keys.endpoint, region);
  if (endpoint === null) return closed(shown, "its endpoint is not an address");
  return {
    found: {
      ...shown,
      id: foundId(tool, where, about.section),
      needsPassphrase: false,
      asks: [bucketName, publicAddress],
      missing: null,
    },
    take: (additions) => ({
      kind: "staging",
      place: {
        kind: "s3",
        endpoint,
        ...(region === null ? {} : { region }),
        bucket: added(additions, bucketName),
        accessKeyId,
        publicUrlTemplate: additions.fields["publicUrlTemplate"] || null,
      },
      secret: secretAccessKey,
    }),
  };
}

/** rclone and others leave out the scheme. */
function address(endpoint: string | null, region: string | null): string | null {
  const text = endpoint ?? `s3.${region ?? "us-east-1"}.amazonaws.com`;
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `https://${text}`);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
    return null;
  return url.href.replace(/\/+$/, "");
}
