import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { writeFileAtomic } from "#core/library/json-file.ts";
import { providerConformance, type ProviderHarness } from "#providers/conformance.ts";
import { hastyClock } from "#providers/emulation/testing/hasty-clock.ts";
import { goodImage } from "#providers/emulation/testing/image-server.ts";
import type { RecordedEmulator } from "#providers/emulation/testing/recorded-emulator.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { clientOf, panelHarness, startHarness } from "./emulator-harness.ts";
import { catalogue, firstInstance } from "./emulator-state.ts";
import type { HypervisorIoEmulator } from "./emulator.ts";
import { manifest } from "./manifest.ts";
import { routesAreHere } from "./official-routes.ts";
import { createHypervisorIo, type HypervisorIoClient } from "./provider.ts";

if (!routesAreHere)
  process.stderr.write("SKIPPED: requests are not compared with the panel's list of routes\n");
const deps = { processes: nodeProcesses, writeFileAtomic };

async function harness(): Promise<ProviderHarness> {
  const panel = await panelHarness(deps);
  return {
    ...panel,
    async close() {
      await panel.close();
      expect(panel.problems()).toEqual([]);
    },
  };
}
providerConformance(manifest, harness);

const signal = (): AbortSignal => AbortSignal.timeout(15_000);

describe("a panel", () => {
  let emulated: RecordedEmulator<HypervisorIoEmulator>;
  let client: HypervisorIoClient;
  beforeEach(async () => {
    emulated = await startHarness(deps);
    client = clientOf(emulated);
  });
  afterEach(async () => {
    const problems = emulated.problems();
    await emulated.close();
    expect(problems).toEqual([]);
  });

  it("captures an image of an instance and is followed to the end", async () => {
    const [instance] = await client.instances.list(signal());
    expect(instance).toEqual({ id: firstInstance.id, name: "web-01", status: "running" });
    const request = { instanceId: firstInstance.id, name: "golden", cloudInit: true, type: "linux" } as const;
    const captured = await client.instances.capture(request, signal());
    expect(captured).toMatchObject({
      name: "golden",
      state: "creating",
      providerStatus: "creating",
      sizeBytes: null,
    });
    const { providerImageId: id } = captured;
    await expect.poll(async () => (await client.getImage(id, signal())).state).toBe("available");
    expect(await client.getImage(id, signal())).toMatchObject({
      source: "user",
      regions: ["practice"],
      sizeBytes: 2_361_393_152,
    });
    await client.deleteImage?.(id, signal());
    expect(await client.listImages(signal())).toEqual([]);
  });

  it("deploys in two steps and tells how the task stands", async () => {
    const { providerImageId } = await client.instances.capture(
      { instanceId: firstInstance.id, name: "golden", cloudInit: null, type: null },
      signal(),
    );
    await expect.poll(async () => (await client.getImage(providerImageId, signal())).state).toBe("available");
    const launched = await client.launch?.(
      providerImageId,
      {
        mode: "create",
        name: "web-02",
        region: "practice",
        size: catalogue.plans[1].id,
        keyIds: [catalogue.key.id],
        publicKey: null,
        userData: "#cloud-config\n",
        instanceId: null,
        network: null,
        zone: null,
      },
      signal(),
    );
    const posts = emulated.exchanges.filter(
      ({ method, url }) => method === "POST" && /instance/.test(url.pathname),
    );
    expect(posts.map(({ requestBody }) => requestBody)).toEqual([
      { location_id: catalogue.location.id, plan_id: catalogue.plans[1].id, hostname: "web-02" },
      {
        image_id: providerImageId,
        hostname: "web-02",
        ssh_keys: [catalogue.key.id],
        cloudcfg: "#cloud-config\n",
      },
    ]);
    const task = z.object({ task_id: z.string() }).parse(posts[1]?.responseBody).task_id;
    const instanceId = launched?.instanceId ?? "";
    await expect
      .poll(async () => client.task(instanceId, task, signal()))
      .toMatchObject({ status: "completed", progress: 100 });
    expect((await client.instances.list(signal())).at(-1)).toMatchObject({
      name: "web-02",
      status: "running",
    });
  });

  it("inserts an ISO by its address, and ejects it", async () => {
    const url = "https://example.com/installer.iso";
    await client.instances.insertIso(firstInstance.id, { url, device: "secondary" }, signal());
    await client.instances.ejectIso(firstInstance.id, "secondary", signal());
    expect(
      emulated.exchanges.map(({ method, url: { pathname }, requestBody }) => [method, pathname, requestBody]),
    ).toEqual([
      ["POST", `/api/instance/${firstInstance.id}/iso/secondary/insert`, { iso_url: url, custom_iso: 1 }],
      ["POST", `/api/instance/${firstInstance.id}/iso/secondary/eject`, undefined],
    ]);
    const page = client.instances.insertIso(
      firstInstance.id,
      { url: "no address", device: "primary" },
      signal(),
    );
    await expect(page).rejects.toMatchObject({
      code: "provider-refused",
      message: expect.stringContaining("given data"),
    });
  });

  it("sees when the operator has registered a file that was handed over", async () => {
    const handOff = { name: "debian-12-0a1b2c3d", fileName: "debian-12-0a1b2c3d.qcow2" };
    const path = join(emulated.emulator.storageFolder, handOff.fileName);
    expect(await client.findRegistration(handOff, signal())).toEqual({
      offered: null,
      entered: false,
      onStorage: false,
    });
    await writeFile(`${path}.0123456789abcdef.part`, goodImage());
    await writeFile(join(emulated.emulator.storageFolder, "notes.txt"), "no image");
    await writeFile(path, goodImage());
    await expect.poll(async () => (await client.findRegistration(handOff, signal())).entered).toBe(true);
    const { offered, onStorage } = await client.findRegistration(handOff, signal());
    expect(onStorage).toBe(true);
    // Without the operator's token the offer alone is seen.
    const { offered: seen, entered } = await clientOf(emulated, { withoutAdmin: true }).findRegistration(
      handOff,
      signal(),
    );
    expect([seen, entered]).toEqual([offered, null]);
    expect(await client.getImage(offered?.id ?? "", signal())).toMatchObject({
      name: handOff.name,
      state: "available",
      source: "operator",
    });
    expect(emulated.emulator.imported(offered?.id ?? "")).toMatchObject({
      path,
      fileBytes: goodImage().length,
    });
    // Nobody's own: what is the operator's is in no list of the account.
    expect(await client.listImages(signal())).toEqual([]);
    await delay(50);
    expect(
      emulated.exchanges
        .filter(({ url }) => url.pathname.startsWith("/api/v1/"))
        .every(({ method }) => method === "GET"),
    ).toBe(true);
  });

  it("takes no change by the operator's API, whatever is sent", async () => {
    const { apiBase, fields } = emulated.emulator;
    const authorization = `Bearer ${fields["adminToken"]}`;
    const send = (path: string, headers: Record<string, string>): Promise<Response> =>
      fetch(`${apiBase}${path}`, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: "{}",
      });
    for (const path of ["/api/v1/images", "/api/v1/image-browser/add", "/api/v1/isos"]) {
      expect((await send(path, { authorization })).status).toBe(422);
    }
    expect((await send("/api/v1/images", {})).status).toBe(403);
    expect((await send("/api/v1/images", { authorization: "Bearer no" })).status).toBe(401);
    // What this test sent is not what the client sends.
    const strays = emulated.exchanges as unknown[];
    strays.length = 0;
  });

  it("goes on with what it was doing after a restart", async () => {
    const request = { instanceId: firstInstance.id, name: "golden", cloudInit: true, type: "linux" } as const;
    const { providerImageId } = await client.instances.capture(request, signal());
    await emulated.restart();
    await expect.poll(async () => (await client.getImage(providerImageId, signal())).state).toBe("available");
  });
});

describe("a panel's words", () => {
  /** A panel that answers everything with this. */
  async function answering(
    status: number,
    body: object,
  ): Promise<{ client: HypervisorIoClient; close: () => Promise<unknown> }> {
    const server = createServer((_, response) =>
      response.writeHead(status, { "x-request-id": "r-1" }).end(JSON.stringify(body)),
    );
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    // With `/api` behind it, as people copy it from the panel.
    const access = { apiBase: `http://127.0.0.1:${port}/api/`, fields: { token: "canary-token" } };
    const client = createHypervisorIo(access, {
      clock: hastyClock,
      retry: { tries: 1, firstDelayMs: 1, longestDelayMs: 1 },
    });
    const close = (): Promise<unknown> =>
      new Promise((resolve) => server.close(resolve).closeAllConnections());
    return { client, close };
  }
  const capture = { instanceId: firstInstance.id, name: "n", cloudInit: null, type: null };

  it.each([
    [200, { success: false, message: "Hypervisor is offline" }, "provider-refused", "Hypervisor is offline"],
    [200, { success: false, message: "Image feature is not enabled" }, "provider-refused", "not enabled"],
    [200, { success: false, message: "Maximum image limit reached" }, "quota-exceeded", "limit reached"],
    [422, { success: false, message: "Maximum image limit reached" }, "quota-exceeded", "limit reached"],
    [
      422,
      { message: "The given data was invalid.", errors: { name: ["The name is taken."] } },
      "provider-refused",
      "name: The name is taken.",
    ],
    [404, { error: "Instance not found" }, "not-found", "Instance not found"],
    [401, { message: "Unauthenticated." }, "unauthorized", "Unauthenticated"],
    [403, { message: "This action is unauthorized." }, "unauthorized", "unauthorized"],
    [200, { success: true }, "protocol", "unknown shape"],
  ])("%i %j becomes %s", async (status, body, code, words) => {
    const { client, close } = await answering(status, body);
    try {
      const error: unknown = await client.instances
        .capture(capture, signal())
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code, message: expect.stringContaining(words) });
    } finally {
      await close();
    }
  });

  it("say of a refused token that it may be bound to an address", async () => {
    const { client, close } = await answering(401, { message: "Unauthenticated." });
    await expect(client.testCredentials(signal())).rejects.toMatchObject({
      hint: expect.stringContaining("address"),
    });
    await close();
  });

  it("show 0 bytes as not known", async () => {
    const image = { id: firstInstance.id, name: "n", status: "available", size: 0 };
    const { client, close } = await answering(200, [image]);
    expect(await client.listImages(signal())).toMatchObject([{ sizeBytes: null, state: "available" }]);
    await close();
  });
});
