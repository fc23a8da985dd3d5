import type { AccountView, FoundConfig } from "#contract/account.ts";
import type { StagingItem, StagingView } from "#contract/staging.ts";
import { ago, MiB } from "./sample-state.ts";

const practice: AccountView = {
  id: "a-practice",
  name: "Practice DigitalOcean",
  provider: "digitalocean",
  practice: true,
  apiBase: "http://127.0.0.1:41021",
  defaultRegion: "nyc3",
  settings: {},
  stagingId: "s-practice",
  createdAt: ago(400),
};
export const practiceAccounts: readonly AccountView[] = [
  practice,
  { ...practice, id: "a-p-contabo", name: "Practice Contabo", provider: "contabo", defaultRegion: "EU" },
  { ...practice, id: "a-p-fybe", name: "Practice Fybe", provider: "fybe", defaultRegion: "EU" },
  { ...practice, id: "a-p-oci", name: "Practice Oracle OCI", provider: "oci", defaultRegion: "practice-1" },
  {
    ...practice,
    id: "a-p-hyper",
    name: "Practice Hypervisor.io",
    provider: "hypervisor-io",
    defaultRegion: "",
    stagingId: null,
  },
];

export const accounts = {
  practice,
  production: {
    ...practice,
    id: "a-prod",
    name: "Production",
    practice: false,
    apiBase: "https://api.digitalocean.com",
    defaultRegion: "fra1",
    stagingId: "s-spaces",
    createdAt: ago(4000),
  },
  contabo: {
    ...practice,
    id: "a-contabo",
    name: "Contabo staging servers",
    provider: "contabo",
    practice: false,
    apiBase: "https://api.contabo.com",
    defaultRegion: "EU",
    stagingId: "s-spaces",
    createdAt: ago(3000),
  },
  oci: {
    ...practice,
    id: "a-oci",
    name: "OCI Frankfurt",
    provider: "oci",
    practice: false,
    apiBase: "https://iaas.eu-frankfurt-1.oraclecloud.com",
    defaultRegion: "eu-frankfurt-1",
    stagingId: null,
    createdAt: ago(2000),
  },
  panel: {
    ...practice,
    id: "a-panel",
    name: "Hosting panel",
    provider: "hypervisor-io",
    practice: false,
    apiBase: "https://panel.example.com",
    defaultRegion: "",
    stagingId: "s-web",
    createdAt: ago(1500),
  },
} as const satisfies Record<string, AccountView>;

const spaces: StagingView = {
  id: "s-spaces",
  name: "Spaces",
  practice: false,
  place: {
    kind: "s3",
    endpoint: "https://fra1.digitaloceanspaces.com",
    region: "us-east-1",
    bucket: "golden-images",
    accessKeyId: "DO00ABCDEF",
    publicUrlTemplate: null,
  },
  createdAt: ago(4000),
  seen: null,
};
export const stagings: readonly StagingView[] = [
  spaces,
  {
    ...spaces,
    id: "s-web",
    name: "Web server",
    place: {
      kind: "sftp",
      host: "www.example.org",
      port: 22,
      username: "deploy",
      directory: "/var/www/images",
      publicUrlTemplate: "https://www.example.org/images/{key}",
      hostKeySha256: "SHA256:n7P0sQpYb1i5cZ5q0y7sQ1Gx5J3o8Zk1B2c3D4e5F6g",
      auth: "agent",
      keyPath: null,
    },
    seen: { at: ago(12), objects: 0, unfinished: 0, bytes: 0 },
  },
];

export const stagingItems: readonly StagingItem[] = [
  {
    stagingId: "s-spaces",
    key: "goldsmith/7f0c1b5a92d84e0b8a4e9a1c6f2d3b58/debian-12-web.qcow2",
    kind: "object",
    sizeBytes: 159 * MiB,
    jobIds: ["j-publish"],
    keptUntil: "2026-01-11T09:30:00.000Z",
    exposed: false,
    createdAt: ago(2),
  },
  {
    stagingId: "s-spaces",
    key: "goldsmith/0d9e3c7b51f24c44a1b7e8f05a6c2d19/alpine-base.qcow2",
    kind: "unfinished-upload",
    sizeBytes: null,
    jobIds: [],
    keptUntil: null,
    exposed: false,
    createdAt: ago(3100),
  },
];

export const foundConfigs: readonly FoundConfig[] = [
  {
    id: "doctl-default",
    tool: "doctl",
    provider: "digitalocean",
    becomes: "account",
    name: "doctl default",
    where: "~/.config/doctl/config.yaml",
    needsPassphrase: false,
    asks: [],
    missing: null,
  },
  {
    id: "oci-default",
    tool: "oci",
    provider: "oci",
    becomes: "account",
    name: "OCI DEFAULT",
    where: "~/.oci/config, profile DEFAULT",
    needsPassphrase: true,
    asks: [],
    missing: null,
  },
  {
    id: "cntb",
    tool: "cntb",
    provider: "contabo",
    becomes: "account",
    name: "cntb",
    where: "~/.cntb.yaml",
    needsPassphrase: false,
    asks: [],
    missing: "The API password is not in the file",
  },
  {
    id: "rclone-spaces",
    tool: "rclone",
    provider: null,
    becomes: "staging",
    name: "spaces",
    where: "~/.config/rclone/rclone.conf, remote spaces",
    needsPassphrase: false,
    asks: [{ name: "bucket", label: "Name of the bucket", required: true }],
    missing: null,
  },
];
