import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testStagingStore } from "../conformance.ts";
import { s3Target } from "../s3/conformance-target.ts";
import { startPracticeS3 } from "./practice-s3.ts";

testStagingStore("S3 on the practice store", async () => {
  const folder = await mkdtemp(join(tmpdir(), "goldsmith-practice-s3-"));
  const keys = { accessKeyId: "PRACTICE", secretAccessKey: "practice-secret" };
  const server = await startPracticeS3({ folder, ...keys, buckets: ["images"] });
  return s3Target({
    endpoint: server.endpoint,
    bucket: "images",
    ...keys,
    close: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  });
});
