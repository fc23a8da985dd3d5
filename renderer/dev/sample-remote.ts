import type { DestinationPlan } from "#contract/publish.ts";
import type { LaunchOptions, RemoteImage } from "#contract/remote-image.ts";
import { ago, GiB, images, MiB } from "./sample-state.ts";

const remote: RemoteImage = {
  id: "a-prod/38413969",
  accountId: "a-prod",
  providerImageId: "38413969",
  name: "debian-12-web",
  description: "goldsmith 7f0c1b5a92d84e0b",
  source: "custom",
  progress: null,
  state: "available",
  providerStatus: "available",
  errorMessage: null,
  regions: ["fra1", "ams3"],
  sizeBytes: 0.41 * GiB,
  createdAt: ago(47),
  seenAt: ago(1),
  history: [
    { at: ago(48.8), state: "creating", providerStatus: "NEW", message: "registered" },
    { at: ago(48), state: "creating", providerStatus: "pending", message: "" },
    { at: ago(47.1), state: "available", providerStatus: "available", message: "" },
    { at: ago(46), state: "available", providerStatus: "available", message: "now also in ams3" },
  ],
  publishedFrom: { imageId: "i-web", jobId: "j-published", sha256: images.web.sha256 },
};

export const remoteImages: readonly RemoteImage[] = [
  remote,
  {
    ...remote,
    id: "a-contabo/5b1e",
    accountId: "a-contabo",
    providerImageId: "5b1e02c4-9d2a-4a55-a6cf-0d3f5e1f7c11",
    name: "rocky-9-build",
    state: "creating",
    providerStatus: "downloading",
    progress: { done: 412 * MiB, total: 1100 * MiB, unit: "bytes" },
    regions: ["EU"],
    sizeBytes: 1100 * MiB,
    createdAt: ago(2),
    history: [],
  },
  {
    ...remote,
    id: "a-prod/38413511",
    providerImageId: "38413511",
    name: "alpine-base",
    state: "error",
    providerStatus: "deleted",
    errorMessage: "We don't support the compression format of your image.",
    regions: [],
    sizeBytes: null,
    createdAt: ago(236),
    history: [
      { at: ago(238), state: "creating", providerStatus: "pending", message: "" },
      {
        at: ago(236),
        state: "error",
        providerStatus: "deleted",
        message: "We don't support the compression format of your image.",
      },
    ],
  },
  {
    ...remote,
    id: "a-oci/img",
    accountId: "a-oci",
    providerImageId:
      "ocid1.image.oc1.eu-frankfurt-1.aaaaaaaa7x3jv5xk4v2s5mmnvq6xw3l7iyq2p2uq7rdqyj5kqk3c5wq4x2aa",
    name: "Oracle-Linux-9.4-golden-2026-11-30-with-agent",
    providerStatus: "AVAILABLE",
    regions: ["eu-frankfurt-1"],
    sizeBytes: 4.2 * GiB,
    createdAt: ago(9000),
    publishedFrom: null,
    history: [],
  },
  {
    ...remote,
    id: "a-practice/1",
    accountId: "a-practice",
    providerImageId: "1",
    name: "first-try",
    state: "unknown",
    providerStatus: "retired",
    createdAt: ago(700),
  },
];

/** What the plan says of an account; another one gets a plain yes. */
const plans: Readonly<Record<string, Partial<DestinationPlan>>> = {
  "a-prod": {
    level: "warning",
    cost: {
      currency: "USD",
      perMonth: 0.0102,
      perHour: 0.0000152,
      basis: "0.17 GB at $0.06 per GB and month (Snapshots pricing); an hour is 1/672 of a month",
    },
    same: ["a-prod/38413969"],
    notes: [
      {
        blocks: false,
        text: "DigitalOcean wants an SSH key at every launch.",
        fix: "Add one to the account before you launch.",
      },
    ],
  },
  "a-contabo": {
    convert: "qcow2-zlib",
    sharesWith: "a-prod",
    quota: { usedBytes: 17.3 * GiB, totalBytes: 25 * GiB, freeBytes: 7.7 * GiB, images: 4 },
  },
  "a-oci": {
    level: "error",
    stagingName: null,
    exposure: "own-storage",
    notes: [
      {
        blocks: true,
        text: "No staging storage is chosen for this account.",
        fix: "Open the details and choose a bucket.",
      },
      { blocks: false, text: "The image boots with BIOS only.", fix: "Launch it in paravirtualised mode." },
    ],
  },
};

export const planFor = (accountId: string): DestinationPlan => ({
  accountId,
  level: "pass",
  convert: null,
  formats: [
    {
      format: "as-it-is",
      reason: "Nothing is converted, and accounts that take the same file share one upload",
    },
    { format: "raw-gzip", reason: "A little smaller for a disk that is in use, and made here first" },
  ],
  uploadBytes: images.web.fileBytes,
  sharesWith: null,
  stagingName: "Spaces",
  exposure: "unguessable-public-link",
  quota: null,
  cost: null,
  same: [],
  notes: [],
  ...plans[accountId],
});

export const launchOptions: LaunchOptions = {
  modes: ["create", "reinstall"],
  regions: ["fra1", "ams3"],
  sizes: [
    { id: "s-1vcpu-1gb", text: "1 core, 1 GB, 25 GB disk, $6.00 a month" },
    { id: "s-2vcpu-2gb", text: "2 cores, 2 GB, 60 GB disk, $18.00 a month" },
  ],
  keys: [
    { id: "k1", name: "mira@laptop" },
    { id: "k2", name: "ci" },
  ],
  instances: [{ id: "i1", name: "web-3", status: "active" }],
  networks: [],
  zones: [],
  keyOptional: false,
};
