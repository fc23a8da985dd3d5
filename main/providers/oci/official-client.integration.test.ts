import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as common from "oci-common";
import * as core from "oci-core";
import * as objectStorage from "oci-objectstorage";
import * as workRequests from "oci-workrequests";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeFileAtomic } from "#core/library/json-file.ts";
import type { Exchange } from "#providers/emulation/emulator.ts";
import { hastyClock } from "#providers/emulation/testing/hasty-clock.ts";
import { goodImage } from "#providers/emulation/testing/image-server.ts";
import type { LaunchInstance } from "#providers/provider.ts";
import { createOciStore, type OciStore } from "#staging/oci/oci-store.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { startHarness, type EmulatorHarness } from "./emulator-harness.ts";
import { createOci, type OciClient } from "./provider.ts";

/** Patient, because a machine under load is no failure. */
const eventually = (look: () => unknown) => expect.poll(look, { timeout: 15_000 });

/**
 * Oracle's own SDK against the practice account: it signs by its own means and is let in by the same verifier as
 * our client; and for the same operation both send the same method, path and body.
 */
const signal = AbortSignal.timeout(120_000);
const namespaceName = "practicens";
const bucketName = "images";
let harness: EmulatorHarness;
let compartmentId: string;
let compute: core.ComputeClient;
let storage: objectStorage.ObjectStorageClient;
let works: workRequests.WorkRequestClient;
let client: OciClient;
let store: OciStore;

beforeAll(async () => {
  harness = await startHarness({ processes: nodeProcesses, writeFileAtomic });
  const { apiBase, fields } = harness.emulator;
  const { tenancy = "", user = "", fingerprint = "", privateKey = "", passphrase = "" } = fields;
  compartmentId = tenancy;
  const authenticationDetailsProvider = new common.SimpleAuthenticationDetailsProvider(
    tenancy,
    user,
    fingerprint,
    privateKey,
    passphrase,
    common.Region.US_ASHBURN_1,
  );
  const parameters = { authenticationDetailsProvider };
  compute = new core.ComputeClient(parameters);
  storage = new objectStorage.ObjectStorageClient(parameters);
  works = new workRequests.WorkRequestClient(parameters);
  for (const each of [compute, storage, works]) each.endpoint = apiBase;
  client = createOci({ apiBase, fields }, { clock: hastyClock });
  store = createOciStore({ ...client.objectStorage, bucket: bucketName, partBytes: 1024 * 1024 });
});
afterAll(() => harness.close());

/** What went over the wire while it ran. */
async function sentBy(work: () => Promise<unknown>): Promise<Exchange[]> {
  const before = harness.exchanges.length;
  await work();
  return harness.exchanges.slice(before);
}

async function importWithSdk(objectName: string): Promise<string> {
  await storage.putObject({ namespaceName, bucketName, objectName, putObjectBody: goodImage() });
  const { image } = await compute.createImage({
    createImageDetails: {
      compartmentId,
      displayName: "sdk",
      launchMode: core.models.CreateImageDetails.LaunchMode.Paravirtualized,
      imageSourceDetails: {
        sourceType: "objectStorageTuple",
        namespaceName,
        bucketName,
        objectName,
        sourceImageType: core.models.ImageSourceDetails.SourceImageType.Qcow2,
      },
    },
  });
  await eventually(async () => (await compute.getImage({ imageId: image.id })).image.lifecycleState).toBe(
    "AVAILABLE",
  );
  return image.id;
}

describe("the official SDK at the practice account", () => {
  it("imports, reads, lists, renames and deletes an image, and follows its work request", async () => {
    const id = await importWithSdk("sdk.qcow2");
    const listed = await compute.listImages({ compartmentId, displayName: "sdk" });
    expect(listed.items.map((image) => image.id)).toContain(id);
    const renamed = await compute.updateImage({
      imageId: id,
      updateImageDetails: { displayName: "renamed" },
    });
    expect(renamed.image.displayName).toBe("renamed");
    const [request] = (await works.listWorkRequests({ compartmentId, resourceId: id })).items;
    const { workRequest } = await works.getWorkRequest({ workRequestId: request?.id ?? "" });
    expect([workRequest.status, workRequest.percentComplete]).toEqual(["SUCCEEDED", 100]);
    await compute.deleteImage({ imageId: id });
    expect((await compute.getImage({ imageId: id })).image.lifecycleState).toBe("DELETED");
  });

  it("reads why an import failed", async () => {
    await storage.putObject({
      namespaceName,
      bucketName,
      objectName: "bad",
      putObjectBody: randomBytes(600),
    });
    const made = await compute.createImage({
      createImageDetails: {
        compartmentId,
        imageSourceDetails: {
          sourceType: "objectStorageTuple",
          namespaceName,
          bucketName,
          objectName: "bad",
          sourceImageType: core.models.ImageSourceDetails.SourceImageType.Vmdk,
        } as core.models.ImageSourceViaObjectStorageTupleDetails,
      },
    });
    const workRequestId = made.opcWorkRequestId;
    await eventually(async () => (await works.getWorkRequest({ workRequestId })).workRequest.status).toBe(
      "FAILED",
    );
    const { items } = await works.listWorkRequestErrors({ workRequestId });
    expect(items[0]?.message).toMatch(/not supported/);
  });

  it("uploads in parts, reads back a range and by a link, and lists", async () => {
    const content = randomBytes(25 * 1024 * 1024);
    const path = join(harness.folder, "large");
    await writeFile(path, content);
    const objectName = "dir/large ü.img";
    const options = { partSize: 10 * 1024 * 1024, enforceMD5: true };
    const manager = new objectStorage.UploadManager(storage, options);
    await manager.upload({
      requestDetails: { namespaceName, bucketName, objectName },
      content: { filePath: path },
    });
    const head = await storage.headObject({ namespaceName, bucketName, objectName });
    expect([head.contentLength, head.opcMultipartMd5]).toEqual([
      content.length,
      expect.stringMatching(/-3$/),
    ]);
    const range = { startByte: 100, endByte: 199, contentLength: undefined };
    const part = await storage.getObject({
      namespaceName,
      bucketName,
      objectName,
      range: range as unknown as common.Range,
    });
    const bytes = await new Response(part.value as ReadableStream).arrayBuffer();
    expect(Buffer.from(bytes).equals(content.subarray(100, 200))).toBe(true);

    const { preauthenticatedRequest: link } = await storage.createPreauthenticatedRequest({
      namespaceName,
      bucketName,
      createPreauthenticatedRequestDetails: {
        name: "link",
        objectName,
        accessType: objectStorage.models.CreatePreauthenticatedRequestDetails.AccessType.ObjectRead,
        timeExpires: new Date(Date.now() + 60_000),
      },
    });
    const fetched = await fetch(`${harness.emulator.apiBase}${link.accessUri}`);
    expect(Buffer.from(await fetched.arrayBuffer()).equals(content)).toBe(true);
    await storage.deletePreauthenticatedRequest({ namespaceName, bucketName, parId: link.id });
    expect((await fetch(`${harness.emulator.apiBase}${link.accessUri}`)).status).toBe(404);
    const { listObjects } = await storage.listObjects({ namespaceName, bucketName, prefix: "dir/" });
    expect(listObjects.objects.map(({ name }) => name)).toEqual([objectName]);
  });

  it("finds and discards parts that our store has sent", async () => {
    const stop = new AbortController();
    const path = join(harness.folder, "parts");
    await writeFile(path, randomBytes(8 * 1024 * 1024));
    let uploadId = "";
    const upload = store.upload({
      key: "shared.img",
      path,
      sizeBytes: 8 * 1024 * 1024,
      contentType: "a/b",
      resume: null,
      onUploadId: async (id) => void (uploadId = id),
      onProgress: (done) => done > 7 * 1024 * 1024 && stop.abort(),
      signal: stop.signal,
    });
    await expect(upload).rejects.toMatchObject({ code: "cancelled" });
    const at = { namespaceName, bucketName, objectName: "shared.img", uploadId };
    const { items } = await storage.listMultipartUploadParts(at);
    expect(items.length).toBeGreaterThan(0);
    const uploads = await storage.listMultipartUploads({ namespaceName, bucketName });
    expect(uploads.items.map((each) => each.uploadId)).toContain(uploadId);
    await storage.abortMultipartUpload(at);
    expect(await store.pendingUploads("shared.img", signal)).toEqual([]);
  });
});

describe("a VMDK as VMware exports it", () => {
  it("is imported", async () => {
    const [qcow2, vmdk] = [join(harness.folder, "q"), join(harness.folder, "v")];
    await writeFile(qcow2, goodImage());
    const convert = ["qemu-img", "convert", "-O", "vmdk", "-o", "subformat=streamOptimized", qcow2, vmdk];
    await nodeProcesses.run(convert, { signal, timeoutMs: 60_000 });
    const { length: sizeBytes } = await readFile(vmdk);
    const ignore = { onUploadId: async () => {}, onProgress: () => {} };
    await store.upload({
      key: "v",
      path: vmdk,
      sizeBytes,
      contentType: "a/b",
      resume: null,
      ...ignore,
      signal,
    });
    const made = await client.importImage?.(
      {
        name: "vmdk",
        source: await store.locate("v", signal),
        region: "us-ashburn-1",
        format: "vmdk",
        firmware: null,
        os: null,
        description: "d",
        retryToken: "vmdk",
      },
      signal,
    );
    const id = made?.providerImageId ?? "";
    await eventually(async () => (await client.getImage(id, signal)).state).toBe("available");
    expect((await client.getImage(id, signal)).sizeBytes).toBe(2 * 2 ** 30);
  });
});

describe("for the same operation, both clients", () => {
  const launchRequest: LaunchInstance = {
    mode: "create",
    name: "web",
    region: null,
    size: "VM.Standard.E4.Flex:1:16",
    keyIds: [],
    publicKey: "ssh-ed25519 AAAA",
    userData: "#!/bin/sh\n",
    instanceId: null,
    network: "ocid1.subnet.oc1.iad.practicesubnet",
    zone: "Qhab:US-ASHBURN-AD-1",
  };

  it("send the same method, path and body", async () => {
    const imageId = await importWithSdk("same.qcow2");
    const uefi = {
      descriptorType: "enumstring",
      source: core.models.ImageCapabilitySchemaDescriptor.Source.Image,
      values: ["UEFI_64"],
      defaultValue: "UEFI_64",
    };
    const shapes = { ocpuConstraints: { min: 1, max: 4 }, memoryConstraints: { minInGBs: 1, maxInGBs: 24 } };
    const shapeName = "VM.Standard.A1.Flex";
    const destination = { namespaceName, bucketName, objectName: "out/image.qcow2" };
    const pairs: [name: string, ours: () => Promise<unknown>, theirs: () => Promise<unknown>][] = [
      [
        "import from a bucket",
        () =>
          client.importImage?.(
            {
              name: "same",
              source: { kind: "object", namespace: namespaceName, bucket: bucketName, object: "same.qcow2" },
              region: "us-ashburn-1",
              format: "qcow2",
              firmware: null,
              os: {
                family: "linux",
                id: "debian",
                idLike: [],
                versionId: "12",
                prettyName: null,
                architecture: "x86_64",
              },
              description: "d",
              retryToken: "ours",
            },
            signal,
          ) ?? Promise.resolve(),
        () =>
          compute.createImage({
            opcRetryToken: "theirs",
            createImageDetails: {
              compartmentId,
              displayName: "same",
              freeformTags: { "goldsmith-description": "d" },
              launchMode: core.models.CreateImageDetails.LaunchMode.Paravirtualized,
              imageSourceDetails: {
                sourceType: "objectStorageTuple",
                namespaceName,
                bucketName,
                objectName: "same.qcow2",
                sourceImageType: core.models.ImageSourceDetails.SourceImageType.Qcow2,
                operatingSystem: "Debian",
                operatingSystemVersion: "12",
              },
            },
          }),
      ],
      ["read", () => client.getImage(imageId, signal), () => compute.getImage({ imageId })],
      [
        "rename",
        () =>
          client.renameImage?.(imageId, { name: "other", description: null }, signal) ?? Promise.resolve(),
        () => compute.updateImage({ imageId, updateImageDetails: { displayName: "other" } }),
      ],
      [
        "shapes",
        () => client.shapes.list(imageId, signal),
        () => compute.listImageShapeCompatibilityEntries({ imageId, limit: 100 }),
      ],
      [
        "add a shape",
        () =>
          client.shapes.put(
            imageId,
            { shape: shapeName, ocpus: { min: 1, max: 4 }, memoryGB: { min: 1, max: 24 } },
            signal,
          ),
        () =>
          compute.addImageShapeCompatibilityEntry({
            imageId,
            shapeName,
            addImageShapeCompatibilityEntryDetails: shapes,
          }),
      ],
      [
        "launch",
        () => client.launch?.(imageId, launchRequest, signal) ?? Promise.resolve(),
        () =>
          compute.launchInstance({
            launchInstanceDetails: {
              availabilityDomain: "Qhab:US-ASHBURN-AD-1",
              compartmentId,
              displayName: "web",
              shape: "VM.Standard.E4.Flex",
              shapeConfig: { ocpus: 1, memoryInGBs: 16 },
              sourceDetails: { sourceType: "image", imageId } as core.models.InstanceSourceViaImageDetails,
              createVnicDetails: { subnetId: "ocid1.subnet.oc1.iad.practicesubnet" },
              metadata: {
                ssh_authorized_keys: "ssh-ed25519 AAAA",
                user_data: Buffer.from("#!/bin/sh\n").toString("base64"),
              },
            },
          }),
      ],
      [
        "export",
        async () => {
          await client.exportImage(
            imageId,
            { kind: "object", namespace: namespaceName, bucket: bucketName, object: "out/image.qcow2" },
            "QCOW2",
            signal,
          );
        },
        () =>
          compute.exportImage({
            imageId,
            exportImageDetails: {
              destinationType: "objectStorageTuple",
              ...destination,
              exportFormat: core.models.ExportImageDetails.ExportFormat.Qcow2,
            } as core.models.ExportImageViaObjectStorageTupleDetails,
          }),
      ],
      [
        "remove a shape",
        () => client.shapes.remove(imageId, shapeName, signal),
        () => compute.removeImageShapeCompatibilityEntry({ imageId, shapeName }),
      ],
      [
        "move to another compartment",
        () => client.compartments.move(imageId, compartmentId, signal),
        () => compute.changeImageCompartment({ imageId, changeImageCompartmentDetails: { compartmentId } }),
      ],
    ];
    for (const [name, ours, theirs] of pairs) {
      const first = shapeOf(await sentBy(ours));
      // The export of the first one must be over before the second is taken.
      await eventually(async () => (await compute.getImage({ imageId })).image.lifecycleState).toBe(
        "AVAILABLE",
      );
      if (name === "remove a shape")
        await client.shapes.put(imageId, { shape: shapeName, ocpus: null, memoryGB: null }, signal);
      const second = shapeOf(await sentBy(theirs));
      await eventually(async () => (await compute.getImage({ imageId })).image.lifecycleState).toBe(
        "AVAILABLE",
      );
      expect({ name, sent: first }).toEqual({ name, sent: second });
    }

    const finish = await sentBy(
      () =>
        client.finishImage?.(imageId, { name: "same", firmware: "uefi", os: null }, signal) ??
        Promise.resolve(),
    );
    const made = finish.find(({ method }) => method === "POST");
    const body = made?.requestBody as {
      displayName: string;
      computeGlobalImageCapabilitySchemaVersionName: string;
    };
    const { items } = await compute.listComputeImageCapabilitySchemas({ compartmentId, imageId });
    await compute.deleteComputeImageCapabilitySchema({ computeImageCapabilitySchemaId: items[0]?.id ?? "" });
    const theirs = await sentBy(() =>
      compute.createComputeImageCapabilitySchema({
        createComputeImageCapabilitySchemaDetails: {
          compartmentId,
          imageId,
          displayName: body.displayName,
          computeGlobalImageCapabilitySchemaVersionName: body.computeGlobalImageCapabilitySchemaVersionName,
          schemaData: { "Compute.Firmware": uefi },
        },
      }),
    );
    expect(shapeOf(made === undefined ? [] : [made])).toEqual(shapeOf(theirs));
  });

  it("address objects, parts and links alike", async () => {
    const key = "a:b/ü +%&=?#'(~)/50%.img";
    const path = join(harness.folder, "odd");
    await writeFile(path, randomBytes(2 * 1024 * 1024));
    // A store of its own, which asks for the namespace too.
    const fresh = createOciStore({ ...client.objectStorage, bucket: bucketName, partBytes: 1024 * 1024 });
    const ours = await sentBy(async () => {
      const ignore = { onUploadId: async () => {}, onProgress: () => {} };
      await fresh.upload({
        key,
        path,
        sizeBytes: 2 * 1024 * 1024,
        contentType: "a/b",
        resume: null,
        ...ignore,
        signal,
      });
      await fresh.signedLink?.(key, { expiresInMs: 60_000 }, signal);
      await fresh.remove(key, signal);
    });
    const content = await readFile(path);
    const at = { namespaceName, bucketName, objectName: key };
    const theirs = await sentBy(async () => {
      await storage.getNamespace({});
      const { multipartUpload } = await storage.createMultipartUpload({
        namespaceName,
        bucketName,
        createMultipartUploadDetails: { object: key, contentType: "a/b" },
      });
      const { uploadId } = multipartUpload;
      const partsToCommit = [];
      for (const uploadPartNum of [1, 2]) {
        const uploadPartBody = content.subarray(
          (uploadPartNum - 1) * 1024 * 1024,
          uploadPartNum * 1024 * 1024,
        );
        const { eTag } = await storage.uploadPart({ ...at, uploadId, uploadPartNum, uploadPartBody });
        partsToCommit.push({ partNum: uploadPartNum, etag: eTag });
      }
      await storage.commitMultipartUpload({
        ...at,
        uploadId,
        commitMultipartUploadDetails: { partsToCommit },
      });
      await storage.headObject(at);
      const { preauthenticatedRequest } = await storage.createPreauthenticatedRequest({
        namespaceName,
        bucketName,
        createPreauthenticatedRequestDetails: {
          name: "x",
          objectName: key,
          accessType: objectStorage.models.CreatePreauthenticatedRequestDetails.AccessType.ObjectRead,
          timeExpires: new Date(Date.now() + 60_000),
        },
      });
      await storage.listPreauthenticatedRequests({ namespaceName, bucketName, objectNamePrefix: key });
      await storage.deletePreauthenticatedRequest({
        namespaceName,
        bucketName,
        parId: preauthenticatedRequest.id,
      });
      await storage.deleteObject(at);
    });
    const requests = (seen: Exchange[]): string[] =>
      [
        ...new Set(seen.map(({ method, url }) => `${method} ${url.pathname.replace(/\/p\/.*/, "/p/…")}`)),
      ].toSorted();
    expect(requests(ours)).toEqual(requests(theirs));
    // Content is signed by neither; everything else with the same headers.
    const covered = (seen: Exchange[]): string[] =>
      [
        ...new Set(
          seen.map(
            ({ method, url, requestHeaders }) =>
              `${method} ${url.pathname.split("/")[5] ?? ""} ${signedHeaders(requestHeaders)}`,
          ),
        ),
      ].toSorted();
    expect(covered(ours)).toEqual(covered(theirs));
  });
});

const signedHeaders = (headers: Readonly<Record<string, string>>): string =>
  (/headers="([^"]+)"/.exec(headers["authorization"] ?? "")?.[1] ?? "").toLowerCase();

/** Method, path, parameters and body of each request that was let in, and which headers its signature covers. */
const shapeOf = (exchanges: readonly Exchange[]) =>
  exchanges.map(({ method, url, requestBody, requestHeaders, status }) => ({
    method,
    path: url.pathname,
    parameters: Object.fromEntries(url.searchParams),
    body: requestBody,
    signed: signedHeaders(requestHeaders),
    letIn: status < 300,
  }));
