import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testStagingStore } from "#staging/conformance.ts";
import { s3Target } from "#staging/s3/conformance-target.ts";
import { createS3Store } from "#staging/s3/s3-store.ts";
import { radosgwMissing, startRadosgw, type Radosgw } from "./radosgw.ts";

const missing = await radosgwMissing();
const address = { kind: "s3", region: "us-east-1", publicUrlTemplate: null } as const;
const retry = { attempts: 5, firstDelayMs: 20 };

async function createBucket(
  endpoint: string,
  credentials: { accessKeyId: string; secretAccessKey: string },
  name: string,
): Promise<void> {
  const client = new S3Client({ endpoint, region: "us-east-1", credentials, forcePathStyle: true });
  await client.send(new CreateBucketCommand({ Bucket: name }));
  client.destroy();
}

describe.skipIf(missing !== null)(missing ?? "radosgw", () => {
  let server: Radosgw;
  beforeAll(async () => {
    server = await startRadosgw();
    await createBucket(server.endpoint, server, "images");
  });
  afterAll(() => server?.close());

  testStagingStore("S3 on radosgw", async () =>
    s3Target({ ...server, bucket: "images", close: async () => {} }),
  );

  // Contabo's object storage: the public URL needs `tenant:bucket`, with the colon as it is.
  it.each(["images", "acme:images"])("serves a tenant's bucket, set up as %s", async (bucket) => {
    const keys = { accessKeyId: `ACME${bucket.length}`, secretAccessKey: "acme-secret-0123456789" };
    const user = ["--tenant=acme", `--uid=builder${bucket.length}`, "--display-name=Builder"];
    const secrets = [`--access-key=${keys.accessKeyId}`, `--secret-key=${keys.secretAccessKey}`];
    await server.admin("user", "create", ...user, ...secrets);
    const name = `${bucket}-${bucket.length}`;
    const bare = name.replace("acme:", "");
    await createBucket(server.endpoint, keys, bare);
    const publicUrlTemplate = bucket.includes(":") ? null : `${server.endpoint}/acme:${bare}/{key}`;
    const { endpoint } = server;
    const store = createS3Store(
      { ...address, ...keys, endpoint, bucket: name, publicUrlTemplate },
      { retry },
    );
    const folder = await mkdtemp(join(tmpdir(), "goldsmith-tenant-"));
    try {
      const path = join(folder, "file");
      await writeFile(path, "of a tenant");
      const signal = new AbortController().signal;
      const ignore = { resume: null, onUploadId: async () => {}, onProgress: () => {}, signal };
      const file = { key: "t/k:1", path, sizeBytes: 11, contentType: "text/plain" };
      const staged = await store.upload({ ...file, ...ignore });
      expect(staged.publicUrl).toBe(`${endpoint}/acme:${bare}/t/k:1`);
      expect(await (await fetch(staged.publicUrl ?? "")).text()).toBe("of a tenant");
      const link = await store.signedLink?.("t/k:1", { expiresInMs: 60_000 }, signal);
      expect(await (await fetch(link?.url ?? "")).text()).toBe("of a tenant");
      expect(await store.list("t/", signal)).toMatchObject([{ key: "t/k:1", sizeBytes: 11 }]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
