import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testStagingStore } from "../conformance.ts";
import { createS3Store } from "../s3/s3-store.ts";
import { startPracticeS3 } from "./practice-s3.ts";

testStagingStore("S3 on the practice store", async () => {
  const folder = await mkdtemp(join(tmpdir(), "goldsmith-practice-s3-"));
  const keys = { accessKeyId: "PRACTICE", secretAccessKey: "practice-secret" };
  const server = await startPracticeS3({ folder, ...keys, buckets: ["images"] });
  const address = { kind: "s3", region: "us-east-1", bucket: "images", publicUrlTemplate: null } as const;
  return {
    endpoint: server.endpoint,
    open: (endpoint, wrong = {}) =>
      createS3Store(
        { ...address, ...keys, endpoint, ...wrong },
        { retry: { attempts: 5, firstDelayMs: 20 } },
      ),
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
});
