import {
  StagingConnectSchema,
  type StagingConnect,
  type StagingPlace,
  type StagingView,
} from "#contract/staging.ts";

export type StagingKind = Exclude<StagingPlace["kind"], "oci">;

/** The form as typed, for every kind at once, so that a change of mind loses nothing. */
export interface StagingDraft {
  kind: StagingKind;
  name: string;
  endpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  host: string;
  port: string;
  username: string;
  directory: string;
  auth: "password" | "key" | "agent";
  keyPath: string;
  hostKeySha256: string | null;
  path: string;
  publicUrlTemplate: string;
  secret: string;
}

export const newStagingDraft = (kind: StagingKind = "s3"): StagingDraft => ({
  kind,
  name: "",
  endpoint: "",
  region: "us-east-1",
  bucket: "",
  accessKeyId: "",
  host: "",
  port: "22",
  username: "",
  directory: "",
  auth: "key",
  keyPath: "",
  hostKeySha256: null,
  path: "",
  publicUrlTemplate: "",
  secret: "",
});

/** A storage that is connected, as its form would have been typed; null for one whose keys are an account's. */
export function stagingDraftOf({ name, place }: StagingView): StagingDraft | null {
  if (place.kind === "oci") return null;
  const draft = { ...newStagingDraft(place.kind), name, publicUrlTemplate: place.publicUrlTemplate ?? "" };
  switch (place.kind) {
    case "s3": {
      const { endpoint, region, bucket, accessKeyId } = place;
      return { ...draft, endpoint, region, bucket, accessKeyId };
    }
    case "sftp": {
      const { host, port, username, directory, auth, keyPath, hostKeySha256 } = place;
      return {
        ...draft,
        host,
        username,
        directory,
        auth,
        hostKeySha256,
        port: String(port),
        keyPath: keyPath ?? "",
      };
    }
    case "folder":
      return { ...draft, path: place.path };
  }
}

export type StagingProblems = Readonly<Partial<Record<keyof StagingDraft, string>>>;

const words: StagingProblems = {
  name: "A name of 1 to 80 characters",
  endpoint: "An address that begins with https:// (or http://)",
  region: "Needed; us-east-1 where the store has none",
  bucket: "3 to 255 characters; Ceph's tenant:bucket too",
  accessKeyId: "Needed",
  host: "Name or address of the server",
  port: "1 to 65535",
  username: "Needed",
  directory: "The folder that the web server serves",
  path: "A folder of this computer, or a mounted share",
};

export interface JudgedStaging {
  input: StagingConnect | null;
  problems: StagingProblems;
}

/** A name that says where it is, when none was typed. */
const defaultName = (draft: StagingDraft): string =>
  ({ s3: draft.bucket, sftp: draft.host, folder: draft.path.split(/[/\\]/).findLast(Boolean) ?? "" })[
    draft.kind
  ].trim();

/** `kept`: a secret is in the keychain already, and is used where none is typed. */
export function judgeStaging(draft: StagingDraft, { kept = false } = {}): JudgedStaging {
  const input: StagingConnect = {
    name: draft.name.trim() || defaultName(draft).slice(0, 80),
    place: placeOf(draft),
    ...(draft.secret.trim() === "" ? {} : { secret: draft.secret.trim() }),
  };
  const problems: Partial<Record<keyof StagingDraft, string>> = { ...missing(draft, kept) };
  const parsed = StagingConnectSchema.safeParse(input);
  for (const issue of parsed.error?.issues ?? []) {
    const field = String(issue.path.at(-1)) as keyof StagingDraft;
    problems[field] ??= words[field] ?? issue.message;
  }
  // Where the place is wrong, a name made from it is wrong as well: one complaint is enough.
  if (draft.name.trim() === "" && Object.keys(problems).length > 1) delete problems.name;
  return Object.keys(problems).length === 0 ? { input, problems } : { input: null, problems };
}

function placeOf(draft: StagingDraft): StagingConnect["place"] {
  const publicUrlTemplate = draft.publicUrlTemplate.trim() || null;
  switch (draft.kind) {
    case "s3":
      return {
        kind: "s3",
        endpoint: draft.endpoint.trim(),
        region: draft.region.trim(),
        bucket: draft.bucket.trim(),
        accessKeyId: draft.accessKeyId.trim(),
        publicUrlTemplate,
      };
    case "sftp":
      return {
        kind: "sftp",
        host: draft.host.trim(),
        port: Number(draft.port),
        username: draft.username.trim(),
        directory: draft.directory.trim(),
        auth: draft.auth,
        keyPath: draft.auth === "key" ? draft.keyPath.trim() : null,
        hostKeySha256: draft.hostKeySha256,
        publicUrlTemplate,
      };
    case "folder":
      return { kind: "folder", path: draft.path.trim(), publicUrlTemplate };
  }
}

/** What the contract leaves open, because another kind does not need it. */
function missing(draft: StagingDraft, kept: boolean): StagingProblems {
  const { kind, auth, secret, keyPath, hostKeySha256, publicUrlTemplate } = draft;
  const url = publicUrlTemplate.trim();
  const needsSecret = kind === "s3" || (kind === "sftp" && auth === "password");
  return {
    ...(needsSecret && !kept && secret.trim() === "" ? { secret: "Needed" } : {}),
    ...(kind === "sftp" && auth === "key" && keyPath.trim() === ""
      ? { keyPath: "Path of the private key" }
      : {}),
    ...(kind === "sftp" && hostKeySha256 === null
      ? { hostKeySha256: "Look at the server's key and accept it" }
      : {}),
    ...(url !== "" && !(/^https?:\/\//.test(url) && url.includes("{key}"))
      ? { publicUrlTemplate: "An http address with {key} in it" }
      : {}),
  };
}
