import { AccountConnectSchema, type AccountConnect } from "#contract/account.ts";

/** The form as typed. It lives in the dialog alone, never in a store, and is gone when the dialog closes. */
export interface ConnectDraft {
  name: string;
  token: string;
  defaultRegion: string;
  endpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** Datacentres that take custom images, as the API document lists them; others can be typed at publish. */
export const digitalOceanRegions = [
  "nyc1",
  "nyc2",
  "nyc3",
  "sfo2",
  "sfo3",
  "tor1",
  "ams3",
  "fra1",
  "lon1",
  "blr1",
  "sgp1",
  "syd1",
] as const;

export const newConnectDraft = (): ConnectDraft => ({
  name: "DigitalOcean",
  token: "",
  defaultRegion: "nyc3",
  endpoint: "https://nyc3.digitaloceanspaces.com",
  region: "us-east-1",
  bucket: "",
  accessKeyId: "",
  secretAccessKey: "",
});

const words: Readonly<Record<keyof ConnectDraft, string>> = {
  name: "A name of 1 to 80 characters",
  token: "Needed to reach the account",
  defaultRegion: "Needed",
  endpoint: "An address that begins with https:// (or http://)",
  region: "Needed; us-east-1 where the store has none",
  bucket: "3 to 63 characters",
  accessKeyId: "Needed",
  secretAccessKey: "Needed",
};

export interface JudgedConnect {
  input: AccountConnect | null;
  problems: Readonly<Partial<Record<keyof ConnectDraft, string>>>;
}

export function judgeConnect(draft: ConnectDraft): JudgedConnect {
  const { name, token, defaultRegion, endpoint, region, bucket, accessKeyId, secretAccessKey } = draft;
  const input: AccountConnect = {
    name,
    provider: "digitalocean",
    fields: { token: token.trim() },
    defaultRegion,
    staging: {
      kind: "new",
      connect: {
        name: `${name} storage`,
        place: {
          kind: "s3",
          endpoint: endpoint.trim(),
          region: region.trim(),
          bucket: bucket.trim(),
          accessKeyId: accessKeyId.trim(),
        },
        secret: secretAccessKey.trim(),
      },
    },
  };
  const parsed = AccountConnectSchema.safeParse(input);
  const problems: Partial<Record<keyof ConnectDraft, string>> = {};
  if (token.trim() === "") problems.token = words.token;
  for (const issue of parsed.error?.issues ?? []) {
    const last = String(issue.path.at(-1));
    const field = (last === "secret" ? "secretAccessKey" : last) as keyof ConnectDraft;
    if (field in words) problems[field] = words[field];
  }
  if (parsed.success && Object.keys(problems).length === 0) return { input, problems: {} };
  return { input: null, problems };
}
