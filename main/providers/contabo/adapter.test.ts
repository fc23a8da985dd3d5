import { afterEach, expect, it } from "vitest";
import { writeFileAtomic } from "#core/library/json-file.ts";
import { startJsonServer, type EmulatorReply, type JsonServer } from "#providers/emulation/json-server.ts";
import { hastyClock } from "#providers/emulation/testing/hasty-clock.ts";
import type { RecordedEmulator } from "#providers/emulation/testing/recorded-emulator.ts";
import type { ImportImageRequest, LaunchInstance } from "#providers/provider.ts";
import { createFybe } from "#providers/fybe/provider.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { accountWith, startPlatformHarness } from "./emulator-harness.ts";
import { startContaboEmulator } from "./emulator.ts";
import { platform } from "./manifest.ts";
import { createContabo } from "./provider.ts";

const signal = (): AbortSignal => AbortSignal.timeout(10_000);
const id = "04e0f898-37b4-48bc-a794-1a57abe6aa31";
const fields = { clientId: "id", clientSecret: "s3cret-value", username: "me", password: "p4ssw0rd" };

/** A server that answers every call of the API with the same. */
let server: JsonServer | null = null;
let seen: { method: string; path: string; body: unknown }[] = [];
afterEach(async () => {
  await server?.close();
  [server, seen] = [null, []];
});
async function answering(reply: EmulatorReply, create = createContabo) {
  server = await startJsonServer({
    port: 0,
    faults: {},
    answer: async ({ method, url, body }) => {
      if (url.pathname === "/token") return { status: 200, body: { access_token: "t0ken", expires_in: 60 } };
      seen.push({ method, path: url.pathname, body });
      return reply;
    },
  });
  const tokenUrl = `${server.apiBase}/token`;
  return create({ apiBase: server.apiBase, fields: { ...fields, tokenUrl } }, { clock: hastyClock });
}
const image = (change: object) => ({
  status: 200,
  body: { data: [{ imageId: id, name: "n", status: "Downloading", ...change }] },
});
const importRequest: ImportImageRequest = {
  name: "golden",
  source: { kind: "url", url: "http://127.0.0.1/x.qcow2" },
  region: "EU",
  format: "qcow2",
  firmware: "bios",
  os: {
    family: "linux",
    id: "debian",
    idLike: [],
    versionId: "12",
    prettyName: "Debian 12",
    architecture: "x86_64",
  },
  description: "marker",
  retryToken: "t",
};

it.each([
  ["Pending", "creating"],
  ["downloading", "creating"],
  ["DOWNLOADED", "available"],
  ["Error", "error"],
  ["Converting", "unknown"],
])("reads the status %s as %s, whatever its case", async (status, state) => {
  const client = await answering(image({ status }));
  expect(await client.getImage(id, signal())).toMatchObject({ state, providerStatus: status });
});

it("tells how far an import is in bytes, and only while it goes on", async () => {
  const sizes = { sizeMb: 100, uploadedSizeMb: 25.5, format: "qcow2" };
  const going = await answering(image(sizes));
  expect(await going.getImage(id, signal())).toMatchObject({
    progress: { done: 25.5 * 2 ** 20, total: 100 * 2 ** 20, unit: "bytes" },
    sizeBytes: 100 * 2 ** 20,
    source: "qcow2",
  });
  await server?.close();
  const done = await answering(image({ ...sizes, status: "Downloaded" }));
  expect(await done.getImage(id, signal())).toMatchObject({ progress: null });
});

it("knows nothing of a size of zero", async () => {
  const client = await answering(image({ sizeMb: 0, uploadedSizeMb: 0 }));
  expect(await client.getImage(id, signal())).toMatchObject({ progress: null, sizeBytes: null });
});

it("gives an error's words without control characters and without its own secrets", async () => {
  const client = await answering(
    image({ status: "Error", errorMessage: "no\u001b[2J room for s3cret-value" }),
  );
  expect((await client.getImage(id, signal())).errorMessage).toBe("no [2J room for ***");
});

it("registers with what the document names and returns what is certain", async () => {
  const client = await answering({ status: 201, body: { data: [{ imageId: id }] } });
  const created = await client.importImage?.(importRequest, signal());
  expect(created).toMatchObject({
    providerImageId: id,
    state: "creating",
    providerStatus: "",
    description: "marker",
  });
  expect(seen).toEqual([
    {
      method: "POST",
      path: "/v1/compute/images",
      body: {
        name: "golden",
        description: "marker",
        url: "http://127.0.0.1/x.qcow2",
        osType: "Linux",
        version: "12",
      },
    },
  ]);
});

it("says Windows for Windows and Linux for the rest, and never leaves the version out", async () => {
  const client = await answering({ status: 201, body: { data: [{ imageId: id }] } });
  const os = importRequest.os && { ...importRequest.os, family: "windows" as const, versionId: null };
  await client.importImage?.({ ...importRequest, os }, signal());
  await client.importImage?.({ ...importRequest, os: null }, signal());
  expect(seen.map(({ body }) => body)).toMatchObject([
    { osType: "Windows", version: "1" },
    { osType: "Linux", version: "1" },
  ]);
});

it.each([
  [415, "provider-refused", /direct link to an .iso/],
  [402, "quota-exceeded", /paid option/],
  [409, "provider-refused", /state that does not allow/],
])("explains a %i", async (status, code, words) => {
  const message = status === 415 ? "Please provide a direct link to an .iso or .qcow2 image." : "no";
  const client = await answering({ status, body: { statusCode: status, message } });
  const failure = client.importImage?.(importRequest, signal());
  await expect(failure).rejects.toMatchObject({ code, details: { processed: "no", status } });
  await expect(client.importImage?.(importRequest, signal())).rejects.toThrow(words);
});

it("refuses an object of a store without asking", async () => {
  const client = await answering(image({}));
  const source = { kind: "object" as const, namespace: "n", bucket: "b", object: "o" };
  const failure = client.importImage?.({ ...importRequest, source }, signal());
  await expect(failure).rejects.toMatchObject({ code: "bad-input" });
  expect(seen).toEqual([]);
});

it("ends a list whose pages never do", async () => {
  const page = { data: image({}).body.data, _pagination: { page: 1, totalPages: 10_000 } };
  const client = await answering({ status: 200, body: page });
  await expect(client.listImages(signal())).rejects.toMatchObject({ code: "protocol" });
});

const launchRequest: LaunchInstance = {
  mode: "create",
  name: "web",
  region: null,
  size: null,
  keyIds: [],
  publicKey: null,
  userData: "",
  instanceId: null,
  network: null,
  zone: null,
};
const ordered = { status: 201, body: { data: [{ instanceId: 7, status: "provisioning" }] } };

it("orders the add-on where the platform has one", async () => {
  const contabo = await answering(ordered);
  expect(await contabo.launch?.(id, launchRequest, signal())).toEqual({
    instanceId: "7",
    status: "provisioning",
  });
  const common = { imageId: id, period: 1, displayName: "web" };
  expect(seen[0]?.body).toEqual({ ...common, productId: "V92", region: "EU", addOns: { customImage: {} } });
  await server?.close();
  seen = [];
  const fybe = await answering(ordered, createFybe);
  await fybe.launch?.(id, launchRequest, signal());
  expect(seen[0]?.body).toEqual({ ...common, productId: "V1", region: "us-east-1" });
});

it("installs an instance anew with keys, one password and user data", async () => {
  const client = await answering({ status: 200, body: { data: [{ instanceId: 7 }] } });
  const request = {
    ...launchRequest,
    mode: "reinstall" as const,
    instanceId: "7",
    userData: "#cloud-config",
  };
  const keyIds = ["1", "password:3", "2"];
  expect(await client.launch?.(id, { ...request, keyIds }, signal())).toEqual({
    instanceId: "7",
    status: "installing",
  });
  expect(seen).toEqual([
    {
      method: "PUT",
      path: "/v1/compute/instances/7",
      body: { imageId: id, sshKeys: [1, 2], rootPassword: 3, userData: "#cloud-config" },
    },
  ]);
  const wrong = [
    { ...request, instanceId: null },
    { ...request, instanceId: "7/actions/stop" },
    { ...request, keyIds: ["password:1", "password:2"] },
    { ...request, keyIds: ["laptop"] },
    { ...request, publicKey: "ssh-ed25519 AAAA laptop" },
  ];
  for (const each of wrong) {
    await expect(client.launch?.(id, each, signal())).rejects.toMatchObject({ code: "bad-input" });
  }
  expect(seen).toHaveLength(1);
});

it("offers keys, passwords and instances, and never reads a secret's value", async () => {
  const emulated: RecordedEmulator = await startPlatformHarness(platform, startContaboEmulator, {
    processes: nodeProcesses,
    writeFileAtomic,
  });
  try {
    await emulated.refill(accountWith(1));
    const { apiBase, fields: access } = emulated.emulator;
    const client = createContabo({ apiBase, fields: access }, { clock: hastyClock });
    const options = await client.launchOptions?.(id, signal());
    expect(options).toMatchObject({
      modes: ["reinstall", "create"],
      keys: [
        { id: "40001", name: "laptop" },
        { id: "password:40002", name: "console (password)" },
      ],
      instances: [{ id: "30001", name: "web (vmi30001)", status: "running" }],
      keyOptional: true,
    });
    expect(JSON.stringify(options)).not.toContain("PwdA");
  } finally {
    await emulated.close();
  }
});
