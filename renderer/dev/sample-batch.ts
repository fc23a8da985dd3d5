import type { JobStep, JobView } from "#contract/job.ts";
import { jobs } from "./sample-jobs.ts";
import { ago, MiB } from "./sample-state.ts";

const waiting = (step: JobStep): JobStep => ({ ...step, status: "waiting", progress: null, message: "" });
const done = (step: JobStep): JobStep => ({
  ...waiting(step),
  status: "done",
  startedAt: ago(2),
  endedAt: ago(1.5),
});
const steps = jobs.publishing.steps;

/** `reached` steps are done, the next one is as given, the rest waits. */
const upTo = (reached: number, now: Partial<JobStep>): JobStep[] =>
  steps.map((step, at) =>
    at < reached
      ? done(step)
      : at === reached
        ? { ...waiting(step), startedAt: ago(1), ...now }
        : waiting(step),
  );

const member = (id: string, accountId: string, change: Partial<JobView>): JobView => ({
  ...jobs.publishing,
  id,
  title: `Publish debian-12-web`,
  subject: { imageId: "i-web", accountId, batchId: "b1" },
  createdAt: ago(2.2),
  ...change,
});

/** Five publishes that were started together, each at another point of its way. */
export const batch: readonly JobView[] = [
  member("b-do", "a-prod", {
    steps: upTo(2, {
      status: "running",
      progress: {
        doneBytes: 64.2 * MiB,
        totalBytes: 159 * MiB,
        rateBytesPerSecond: 3.4 * MiB,
        remainingMs: 28_000,
      },
    }),
  }),
  member("b-contabo", "a-contabo", {
    status: "failed",
    endedAt: ago(0.5),
    steps: upTo(4, { status: "failed", endedAt: ago(0.5) }),
    error: {
      code: "quota-exceeded",
      message: "Contabo refused the image: “Not enough storage space available. 7.7 GB left, 8.0 GB needed.”",
      hint: "Delete an image there or extend the storage in the customer panel, then retry: the upload is kept.",
      retry: "never",
      details: { status: 402, request: "POST /v1/compute/images" },
    },
  }),
  member("b-oci", "a-oci", {
    status: "succeeded",
    endedAt: ago(0.2),
    steps: steps.map(done),
    result: {
      accountId: "a-oci",
      remoteImageId: "a-oci/img",
      providerImageId: "ocid1.image.oc1..aaaa",
      status: "AVAILABLE",
      uploadedBytes: 159 * MiB,
      sha256: "9f2c1d04b7e8a35660d1f7d3c2aa90b8e5d7c1f0a4b3928170665544332211ff",
      stagingEmpty: true,
      overridden: [],
      regions: ["eu-frankfurt-1"],
      handOff: null,
    },
  }),
  member("b-practice", "a-practice", { status: "queued", steps: steps.map(waiting) }),
  member("b-hyper", "a-p-hyper", {
    status: "succeeded",
    endedAt: ago(0.2),
    steps: steps.map(done),
    result: {
      accountId: "a-p-hyper",
      remoteImageId: null,
      providerImageId: null,
      status: "handed off",
      uploadedBytes: 159 * MiB,
      sha256: "9f2c1d04b7e8a35660d1f7d3c2aa90b8e5d7c1f0a4b3928170665544332211ff",
      stagingEmpty: null,
      overridden: [],
      regions: [],
      handOff: {
        fileName: "debian-12-web.qcow2",
        path: "/srv/images/debian-12-web.qcow2",
        sizeBytes: 159 * MiB,
        sha256: "9f2c1d04b7e8a35660d1f7d3c2aa90b8e5d7c1f0a4b3928170665544332211ff",
        osType: "linux",
        cloudInit: true,
        text: "# debian-12-web.qcow2\n\n- File: /srv/images/debian-12-web.qcow2\n- Size: 166.7 MB\n- SHA-256: 9f2c1d04b7e8a35660d1f7d3c2aa90b8e5d7c1f0a4b3928170665544332211ff\n- Type: Linux, KVM, cloud-init\n\nPlease register it under Images, Add, with the name debian-12-web.",
      },
    },
  }),
];
