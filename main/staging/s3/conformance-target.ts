import type { StagingTarget } from "../conformance.ts";
import { createS3Store, type S3Place } from "./s3-store.ts";

const MiB = 1024 * 1024;

/** For tests: an S3 server that runs, as the conformance suite wants it. */
export function s3Target(server: {
  endpoint: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  close: () => Promise<void>;
}): StagingTarget {
  const { endpoint, bucket, accessKeyId, secretAccessKey, close } = server;
  const place: S3Place = {
    endpoint,
    region: "us-east-1",
    bucket,
    publicUrlTemplate: null,
    accessKeyId,
    secretAccessKey,
  };
  const open = (change: Partial<typeof place>): ReturnType<typeof createS3Store> =>
    createS3Store({ ...place, ...change }, { retry: { attempts: 5, firstDelayMs: 20 } });
  const wrongSecret = "not-the-secret-0123456789";
  return {
    endpoint,
    // Less than a part of 8 MiB for each of four connections.
    interruption: { resentBytes: 4 * 8 * MiB, overheadBytes: 256 * 1024 },
    open: (at) => open({ endpoint: at }),
    wrong: () => [
      {
        what: "secret",
        store: open({ secretAccessKey: wrongSecret }),
        code: "unauthorized",
        secret: wrongSecret,
      },
      {
        what: "bucket",
        store: open({ bucket: "there-is-no-such-bucket" }),
        code: "staging-failed",
        secret: secretAccessKey,
      },
      {
        what: "endpoint",
        store: open({ endpoint: "http://127.0.0.1:9" }),
        code: "network",
        secret: secretAccessKey,
      },
    ],
    close,
  };
}
