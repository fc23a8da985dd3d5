import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { describe, it } from "vitest";
import { testStagingStore } from "#staging/conformance.ts";
import { createS3Store } from "#staging/s3/s3-store.ts";
import { radosgwMissing, startRadosgw } from "./radosgw.ts";

const missing = await radosgwMissing();

if (missing !== null) {
  describe.skip("S3 on radosgw", () => it(missing, () => {}));
} else {
  testStagingStore("S3 on radosgw", async () => {
    const server = await startRadosgw();
    const { accessKeyId, secretAccessKey } = server;
    const client = new S3Client({
      endpoint: server.endpoint,
      region: "us-east-1",
      credentials: { accessKeyId, secretAccessKey },
      forcePathStyle: true,
    });
    await client.send(new CreateBucketCommand({ Bucket: "images" }));
    client.destroy();
    const address = { kind: "s3", region: "us-east-1", bucket: "images", publicUrlTemplate: null } as const;
    return {
      endpoint: server.endpoint,
      open: (endpoint, wrong = {}) =>
        createS3Store(
          { ...address, accessKeyId, secretAccessKey, endpoint, ...wrong },
          { retry: { attempts: 5, firstDelayMs: 20 } },
        ),
      close: () => server.close(),
    };
  });
}
