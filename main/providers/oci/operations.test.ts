import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AppError } from "#core/lib/app-error.ts";
import { writeFileAtomic } from "#core/library/json-file.ts";
import type { Clock } from "#ports/ports.ts";
import type { ImportFault } from "#providers/emulation/faults.ts";
import { hastyClock } from "#providers/emulation/testing/hasty-clock.ts";
import { goodImage } from "#providers/emulation/testing/image-server.ts";
import type { ImportImageRequest, ImportSource, LaunchInstance } from "#providers/provider.ts";
import { createOciStore, type OciStore } from "#staging/oci/oci-store.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { startHarness, testSecret, type EmulatorHarness } from "./emulator-harness.ts";
import { inOurWords } from "./oci-http.ts";
import { createOci, type OciClient } from "./provider.ts";

/** Patient, because a machine under load is no failure. */
const eventually = (look: () => unknown) => expect.poll(look, { timeout: 15_000 });

const signal = AbortSignal.timeout(60_000);
let harness: EmulatorHarness;
let client: OciClient;
let store: OciStore;
let importFault: ImportFault | null;

beforeEach(async () => {
  importFault = null;
  const deps = { processes: nodeProcesses, writeFileAtomic, importFault: () => importFault };
  harness = await startHarness(deps, { buckets: ["images", "exports"], sessionToken: "session-token" });
  client = clientWith({});
  store = createOciStore({ ...client.objectStorage, bucket: "images" });
});
afterEach(() => harness.close());

const clientWith = (more: Record<string, string>, clock: Clock = hastyClock): OciClient => {
  const { apiBase, fields } = harness.emulator;
  return createOci({ apiBase, fields: { ...fields, ...more } }, { clock });
};
async function stage(content: Buffer, key = "golden.qcow2"): Promise<ImportSource> {
  const path = join(harness.folder, "staged");
  await writeFile(path, content);
  const ignore = { onUploadId: async () => {}, onProgress: () => {} };
  const sizeBytes = content.length;
  await store.upload({ key, path, sizeBytes, contentType: "a/b", resume: null, ...ignore, signal });
  return store.locate(key, signal);
}
const requestFor = (source: ImportSource, more: Partial<ImportImageRequest> = {}): ImportImageRequest => ({
  name: "golden",
  source,
  region: "us-ashburn-1",
  format: "qcow2",
  firmware: "bios",
  os: null,
  description: "d",
  retryToken: randomBytes(8).toString("hex"),
  ...more,
});
async function available(more: Partial<ImportImageRequest> = {}): Promise<string> {
  const made = await client.importImage?.(requestFor(await stage(goodImage()), more), signal);
  const id = made?.providerImageId ?? "";
  await eventually(async () => (await client.getImage(id, signal)).state).toBe("available");
  return id;
}
const failureOf = (work: Promise<unknown> | undefined): Promise<AppError> =>
  Promise.resolve(work).then(
    () => {
      throw new Error("it succeeded");
    },
    (error: unknown) => AppError.from(error),
  );

describe("imports", () => {
  it("reads by a link that only its holder knows", async () => {
    await stage(goodImage());
    const link = await store.signedLink?.("golden.qcow2", { expiresInMs: 60_000 }, signal);
    const source = { kind: "url" as const, url: link?.url ?? "" };
    const made = await client.importImage?.(requestFor(source), signal);
    const id = made?.providerImageId ?? "";
    await eventually(async () => (await client.getImage(id, signal)).state).toBe("available");
    expect(harness.emulator.imported(id)?.fileBytes).toBe(goodImage().length);
  });

  it("tells progress in percent, then the reason of the work request", async () => {
    importFault = { kind: "stuck" };
    const made = await client.importImage?.(requestFor(await stage(goodImage())), signal);
    const id = made?.providerImageId ?? "";
    await eventually(async () => client.getImage(id, signal)).toMatchObject({
      state: "creating",
      providerStatus: "IMPORTING",
      progress: { done: 5, total: 100, unit: "percent" },
    });
    importFault = { kind: "fail", message: "The image is encrypted." };
    await harness.restart();
    await eventually(async () => client.getImage(id, signal)).toMatchObject({
      state: "error",
      providerStatus: "DELETED",
      errorMessage: "InvalidParameter: The image is encrypted.",
    });
  });

  it("goes on with an import that a stop of the service interrupted", async () => {
    importFault = { kind: "stuck" };
    const made = await client.importImage?.(requestFor(await stage(goodImage())), signal);
    importFault = null;
    await harness.restart();
    const id = made?.providerImageId ?? "";
    await eventually(async () => (await client.getImage(id, signal)).state).toBe("available");
  });

  it("uses the words that the console groups images by", async () => {
    const os = {
      family: "linux" as const,
      id: "ubuntu",
      idLike: [],
      versionId: "24.04",
      prettyName: null,
      architecture: "x86_64",
    };
    const id = await available({ os });
    const [image] = (await harness.held()).images;
    expect(image).toMatchObject({
      id,
      operatingSystem: "Canonical Ubuntu",
      operatingSystemVersion: "24.04",
      launchMode: "PARAVIRTUALIZED",
    });
  });

  it("refuses what cannot become an image before it is sent", async () => {
    const source = await stage(goodImage());
    const asked = harness.exchanges.length;
    for (const more of [{ format: "raw" as const }, { region: "eu-frankfurt-1" }]) {
      const failure = await failureOf(client.importImage?.(requestFor(source, more), signal));
      expect(failure).toMatchObject({ code: "bad-input", details: { processed: "no" } });
    }
    expect(harness.exchanges).toHaveLength(asked);
  });

  it("says what to do when the service may not read the object", async () => {
    const source = { ...(await stage(goodImage())), object: "somewhere-else" } as ImportSource;
    const failure = await failureOf(client.importImage?.(requestFor(source), signal));
    expect(failure).toMatchObject({ code: "provider-refused" });
    expect(failure.message).toContain(
      "Specified object or bucket or namespace to import image from does not exist",
    );
    expect(failure.hint).toContain("check the policy on the bucket");
  });

  it("says when the file is not what was declared", async () => {
    const made = await client.importImage?.(requestFor(await stage(goodImage()), { format: "vmdk" }), signal);
    await eventually(async () => client.getImage(made?.providerImageId ?? "", signal)).toMatchObject({
      state: "error",
      errorMessage: expect.stringContaining("qcow2, not VMDK"),
    });
  });
});

describe("finishing", () => {
  const arm = {
    family: "linux" as const,
    id: "debian",
    idLike: [],
    versionId: "12",
    prettyName: null,
    architecture: "aarch64",
  };

  it("makes an image boot by UEFI and offers it for Arm shapes, once, however often it is called", async () => {
    const id = await available();
    const request = { name: "golden", firmware: "uefi" as const, os: arm };
    for (let twice = 0; twice < 2; twice++) await client.finishImage?.(id, request, signal);
    const { schemas } = await harness.held();
    expect(schemas).toHaveLength(1);
    expect(schemas[0]?.schemaData).toEqual({
      "Compute.Firmware": {
        descriptorType: "enumstring",
        source: "IMAGE",
        values: ["UEFI_64"],
        defaultValue: "UEFI_64",
      },
    });
    expect((await client.shapes.list(id, signal)).map(({ shape }) => shape)).toContain("VM.Standard.A1.Flex");
  });

  it("keeps what else a schema says", async () => {
    const id = await available();
    await client.finishImage?.(id, { name: "golden", firmware: "uefi", os: null }, signal);
    const state = await harness.held();
    const mode = { descriptorType: "enumstring", source: "IMAGE", values: ["PARAVIRTUALIZED"] };
    await harness.refill({
      ...state,
      schemas: [{ ...state.schemas[0], schemaData: { "Compute.LaunchMode": mode } }],
    });
    await client.finishImage?.(id, { name: "golden", firmware: "uefi", os: null }, signal);
    const [schema] = (await harness.held()).schemas;
    expect(schema?.schemaData).toMatchObject({
      "Compute.LaunchMode": mode,
      "Compute.Firmware": { defaultValue: "UEFI_64" },
    });
  });

  it("asks for nothing where BIOS is right", async () => {
    const id = await available();
    const asked = harness.exchanges.length;
    await client.finishImage?.(id, { name: "golden", firmware: "bios", os: null }, signal);
    expect(harness.exchanges).toHaveLength(asked);
  });
});

describe("what only Oracle Cloud has", () => {
  it("exports into a bucket, and tells the image is used meanwhile", async () => {
    const id = await available();
    const to = { kind: "object" as const, namespace: "practicens", bucket: "exports", object: "out.qcow2" };
    expect(await client.exportImage(id, to, "QCOW2", signal)).toMatch(/^ocid1\.coreservicesworkrequest\./);
    await eventually(async () => client.getImage(id, signal)).toMatchObject({
      state: "available",
      providerStatus: "AVAILABLE",
    });
    await eventually(async () => (await harness.held()).objects).toContainEqual(
      expect.objectContaining({ name: "out.qcow2", bucket: "exports", sizeBytes: goodImage().length }),
    );
  });

  it("reads, adds and removes shapes, each twice", async () => {
    const id = await available();
    const shape = {
      shape: "VM.Standard.A1.Flex",
      ocpus: { min: 1, max: 4 },
      memoryGB: { min: 1, max: null },
    };
    for (let twice = 0; twice < 2; twice++) await client.shapes.put(id, shape, signal);
    expect(await client.shapes.list(id, signal)).toContainEqual(shape);
    for (let twice = 0; twice < 2; twice++) await client.shapes.remove(id, shape.shape, signal);
    expect((await client.shapes.list(id, signal)).map((each) => each.shape)).not.toContain(shape.shape);
  });

  it("lists compartments and moves an image to another one", async () => {
    const compartments = await client.compartments.list(signal);
    expect(compartments.map(({ name }) => name)).toEqual(["root", "images"]);
    const id = await available();
    await client.compartments.move(id, compartments[1]?.id ?? "", signal);
    expect(await client.listImages(signal)).toEqual([]);
    const there = clientWith({ compartment: compartments[1]?.id ?? "" });
    expect((await there.listImages(signal)).map((image) => image.providerImageId)).toEqual([id]);
  });

  it("lets in who has a session instead of an API key's name", async () => {
    const session = clientWith({ securityToken: "session-token", user: "", fingerprint: "" });
    await session.testCredentials(signal);
    expect(
      (await failureOf(clientWith({ securityToken: "expired" }).testCredentials(signal))).hint,
    ).toContain("oci session refresh");
  });
});

describe("launching", () => {
  const launchOf = (more: Partial<LaunchInstance>): LaunchInstance => ({
    mode: "create",
    name: "web",
    region: null,
    size: "VM.Standard.E4.Flex:2:32",
    keyIds: [],
    publicKey: "ssh-ed25519 AAAA",
    userData: "#cloud-config\n",
    instanceId: null,
    network: "ocid1.subnet.oc1.iad.practicesubnet",
    zone: "Qhab:US-ASHBURN-AD-1",
    ...more,
  });

  it("offers shapes, subnets and domains, and gives keys and user data to the instance", async () => {
    const id = await available();
    const options = await client.launchOptions?.(id, signal);
    expect(options).toMatchObject({
      networks: [{ id: "ocid1.subnet.oc1.iad.practicesubnet", name: "practice · 10.0.0.0/24" }],
      zones: ["Qhab:US-ASHBURN-AD-1", "Qhab:US-ASHBURN-AD-2"],
      keyOptional: true,
    });
    expect(options?.sizes.map((size) => size.id)).toEqual(["VM.Standard2.1", "VM.Standard.E4.Flex:1:16"]);
    await client.launch?.(id, launchOf({}), signal);
    const [instance] = (await harness.held()).instances;
    expect(instance).toMatchObject({
      imageId: id,
      shape: "VM.Standard.E4.Flex",
      metadata: {
        ssh_authorized_keys: "ssh-ed25519 AAAA",
        user_data: Buffer.from("#cloud-config\n").toString("base64"),
      },
    });
  });

  it.each([
    ["more user data than there is room for", { userData: "x".repeat(24_000) }, "32000"],
    ["no subnet", { network: null }, "subnet"],
    ["no domain", { zone: null }, "availability domain"],
    ["no shape", { size: null }, "shape"],
    ["half a size", { size: "VM.Standard.E4.Flex:2" }, "size"],
    ["a reinstallation", { mode: "reinstall" as const }, "reinstalled"],
  ])("refuses %s without asking", async (_, more, words) => {
    const failure = await failureOf(client.launch?.("ocid1.image.oc1.iad.x", launchOf(more), signal));
    expect([failure.code, failure.message]).toEqual(["bad-input", expect.stringContaining(words)]);
    expect(harness.exchanges).toEqual([]);
  });
});

describe("a wrong clock", () => {
  const clockOff = (offMs: number): Clock => ({
    ...hastyClock,
    nowIso: () => new Date(Date.now() + offMs).toISOString(),
  });

  it.each([-47 * 60_000, 3 * 3_600_000])("that is off by %i ms is made up for, once", async (offMs) => {
    const off = clientWith({}, clockOff(offMs));
    await off.testCredentials(signal);
    expect(harness.exchanges.map(({ status }) => status)).toEqual([401, 200]);
    await off.listImages(signal);
    expect(harness.exchanges.map(({ status }) => status)).toEqual([401, 200, 200]);
  });

  it("is named when the credentials are refused as well", async () => {
    const off = clientWith({ tenancy: "ocid1.tenancy.oc1..other" }, clockOff(-47 * 60_000));
    const failure = await failureOf(off.testCredentials(signal));
    expect(failure).toMatchObject({ code: "unauthorized" });
    expect(failure.hint).toContain("47 minutes behind");
    expect(harness.exchanges).toHaveLength(2);
    expect(JSON.stringify([failure.toWire(), failure.stack])).not.toContain(testSecret);
  });
});

describe("refusals", () => {
  it("says when a session is over", async () => {
    const exp = Math.floor(Date.now() / 1000) - 60;
    const token = ["e30", Buffer.from(JSON.stringify({ exp })).toString("base64url"), "x"].join(".");
    const failure = await failureOf(clientWith({ securityToken: token }).testCredentials(signal));
    expect(failure.code).toBe("unauthorized");
    expect(failure.hint).toContain(`ended at ${new Date(exp * 1000).toISOString()}`);
    expect(JSON.stringify(failure.toWire())).not.toContain(token);
  });

  it("asks every service at its own address in the account's region, in any realm", () => {
    const { fields } = harness.emulator;
    const frankfurt = (apiBase: string): string =>
      createOci({ apiBase, fields: { ...fields, region: "eu-frankfurt-1" } }, { clock: hastyClock })
        .objectStorage.endpoint;
    expect([
      frankfurt("https://{service}.{region}.oraclecloud.com"),
      frankfurt("https://{service}.{region}.oraclegovcloud.uk/"),
      frankfurt("http://127.0.0.1:4711"),
    ]).toEqual([
      "https://objectstorage.eu-frankfurt-1.oraclecloud.com",
      "https://objectstorage.eu-frankfurt-1.oraclegovcloud.uk",
      "http://127.0.0.1:4711",
    ]);
  });

  it("names the policy when the compartment is hidden", async () => {
    const hidden = clientWith({ compartment: "ocid1.compartment.oc1..hidden" });
    const failure = await failureOf(hidden.testCredentials(signal));
    expect(failure.code).toBe("unauthorized");
    expect(failure.hint).toContain("manage instance-images");
  });

  // As users of the real service have met them.
  it.each([
    [
      "LimitExceeded: The following service limits were exceeded: custom-image-count.",
      "quota-exceeded",
      "raise the service limit",
    ],
    ["QuotaExceeded: The following quotas were exceeded.", "quota-exceeded", "Delete images"],
    [
      "NotAuthenticated: The required information to complete authentication was not provided or was incorrect.",
      "unauthorized",
      "oci session refresh",
    ],
    ["NotAuthorizedOrNotFound: Authorization failed or requested resource not found.", "not-found", "policy"],
    [
      "InvalidParameter: Invalid objectName: Specified object or bucket or namespace to import image from does not exist",
      "provider-refused",
      "policy on the bucket",
    ],
    ["TooManyRequests: Too many requests for the user.", "provider-error", "Retry later"],
  ])("puts “%s” into words", (message, code, hint) => {
    const told = new AppError(
      "provider-error",
      `Oracle Cloud Infrastructure refused the request: ${message}`,
    );
    const { code: ours, hint: advice } = inOurWords(told);
    expect([ours, advice]).toEqual([code, expect.stringContaining(hint)]);
  });
});
