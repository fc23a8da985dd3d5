import type { AccountView } from "#contract/account.ts";
import type { ImageView } from "#contract/image.ts";
import type { JobView } from "#contract/job.ts";
import type { ProviderInfo } from "#contract/provider-info.ts";
import type { RemoteImage } from "#contract/remote-image.ts";
import type { StagingView } from "#contract/staging.ts";
import { StateStore } from "#core/state-store.ts";

/** What the tests of the publishing commands begin with: two accounts, a storage, an image, two remote images. */
const at = "2026-01-10T12:00:00.000Z";

export const providerInfo: ProviderInfo = {
  id: "oci",
  name: "Oracle OCI",
  defaultApiBase: "https://iaas.example.com",
  defaultRegion: "eu-1",
  regions: ["eu-1"],
  scopes: ["manage instance-images"],
  fields: (
    [
      ["user", "User OCID", "text", true],
      ["privateKey", "Private key", "secret-file", true],
      ["passphrase", "Passphrase", "secret", false],
    ] as const
  ).map(([name, label, kind, required]) => ({
    name,
    label,
    kind,
    required,
    hint: "",
    choices: [],
    initial: "",
  })),
  capabilities: {
    ingest: ["own-object-storage"],
    formats: ["qcow2"],
    archives: [],
    fetchSendsHead: false,
    takesSignedLink: true,
    deleteImage: true,
    renameImage: true,
    transferImage: true,
    launch: true,
    quota: false,
    exportImage: false,
    shapes: false,
    compartments: false,
    captureImage: false,
    importProgress: false,
  },
  price: null,
};

const account = (id: string, name: string): AccountView => ({
  id,
  name,
  provider: "oci",
  practice: false,
  apiBase: "https://iaas.example.com",
  defaultRegion: "eu-1",
  settings: {},
  stagingId: "s1",
  createdAt: at,
});
const image: ImageView = {
  id: "i1",
  notes: "",
  tags: [],
  name: "golden",
  createdAt: at,
  path: "/images/i1/disk.qcow2",
  format: "qcow2",
  archive: null,
  fileBytes: 160 * 1024 ** 2,
  virtualBytes: 4 * 1024 ** 3,
  sha256: null,
  origin: { machineId: null, sourcePath: "/x", sourceBytes: 446 * 1024 ** 2 },
  proof: null,
};
export const staging: StagingView = {
  id: "s1",
  name: "spaces",
  practice: false,
  place: { kind: "folder", path: "/mnt/images", publicUrlTemplate: null },
  createdAt: at,
  seen: { at, objects: 0, unfinished: 0, bytes: 0 },
};
export const remoteImage = (id: string, change: Partial<RemoteImage> = {}): RemoteImage => ({
  id: `a1/${id}`,
  accountId: "a1",
  providerImageId: id,
  name: `web-${id}`,
  description: null,
  state: "available",
  providerStatus: "AVAILABLE",
  errorMessage: null,
  source: null,
  regions: ["eu-1"],
  sizeBytes: 1024 ** 3,
  progress: null,
  createdAt: at,
  seenAt: at,
  history: [],
  publishedFrom: null,
  ...change,
});
export const publishJob = (id: string, accountId: string, change: Partial<JobView> = {}): JobView => ({
  id,
  kind: "publish",
  title: "Publish golden",
  status: "succeeded",
  steps: [
    {
      name: "stage",
      title: "Upload to staging",
      status: change.status === "failed" ? "failed" : "done",
      startedAt: at,
      endedAt: at,
      message: "",
      progress: null,
    },
  ],
  error: null,
  result: null,
  subject: { imageId: "i1", accountId, batchId: "b1" },
  createdAt: at,
  endedAt: at,
  attempt: 1,
  ...change,
});

export function publishingWorld(): StateStore {
  const store = new StateStore();
  store.put("providers", "oci", providerInfo);
  store.put("accounts", "a1", account("a1", "work"));
  store.put("accounts", "a2", account("a2", "home"));
  store.put("stagings", "s1", staging);
  store.put("images", "i1", image);
  for (const id of ["10", "11"]) store.put("remoteImages", `a1/${id}`, remoteImage(id));
  return store;
}
