import { StagingConnectSchema, type StagingConnect, type StagingPlace } from "#contract/staging.ts";

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

export function judgeStaging(draft: StagingDraft): JudgedStaging {
  const input: StagingConnect = {
    name: draft.name.trim() || defaultName(draft).slice(0, 80),
    place: placeOf(draft),
    ...(draft.secret.trim() === "" ? {} : { secret: draft.secret.trim() }),
  };
  const problems: Partial<Record<keyof StagingDraft, string>> = { ...missing(draft) };
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
function missing(draft: StagingDraft): StagingProblems {
  const { kind, auth, secret, keyPath, hostKeySha256, publicUrlTemplate } = draft;
  const url = publicUrlTemplate.trim();
  return {
    ...(kind === "s3" && secret.trim() === "" ? { secret: "Needed" } : {}),
    ...(kind === "sftp" && auth === "password" && secret.trim() === "" ? { secret: "Needed" } : {}),
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
