import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { writeFileAtomic } from "#core/library/json-file.ts";
import { goodImage, serveImages, type ImageServer } from "#providers/emulation/testing/image-server.ts";
import type { RecordedEmulator } from "#providers/emulation/testing/recorded-emulator.ts";
import { startFybeEmulator } from "#providers/fybe/emulator.ts";
import { platform as fybe } from "#providers/fybe/manifest.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { startPlatformHarness } from "./emulator-harness.ts";
import { startContaboEmulator } from "./emulator.ts";
import { platform as contabo } from "./manifest.ts";

/**
 * No client of theirs can be had as a package; but their documents begin with curl commands ("Using the API
 * directly"), which know nothing of ours. They are run as they stand there, but for the host.
 */
describe.each([
  ["Contabo", contabo, startContaboEmulator],
  ["Fybe", fybe, startFybeEmulator],
] as const)("curl at the practice account of %s", (_, platform, start) => {
  let files: ImageServer;
  let harness: RecordedEmulator;
  let token = "";
  beforeAll(async () => {
    files = await serveImages({ "golden.qcow2": goodImage() });
    harness = await startPlatformHarness(platform, start, { processes: nodeProcesses, writeFileAtomic });
  });
  afterAll(async () => {
    await harness.close();
    await files.close();
    expect(harness.problems()).toEqual([]);
  });
  const curl = async (...argv: string[]): Promise<unknown> => {
    const { stdout } = await nodeProcesses.run(["curl", "-sS", ...argv], { timeoutMs: 20_000 });
    return stdout === "" ? null : (JSON.parse(stdout) as unknown);
  };
  const api = (path: string, ...argv: string[]): Promise<unknown> =>
    curl(
      ...argv,
      "-H",
      `Authorization: Bearer ${token}`,
      "-H",
      "x-request-id: 51A87ECD-754E-4104-9C54-D01AD0F83406",
      `${harness.emulator.apiBase}${path}`,
    );

  it("gets a token and lists instances", async () => {
    const { tokenUrl = "", clientId, clientSecret, username, password } = harness.emulator.fields;
    const client = ["-d", `client_id=${clientId}`, "-d", `client_secret=${clientSecret}`];
    const user = ["--data-urlencode", `username=${username}`, "--data-urlencode", `password=${password}`];
    const reply = await curl(...client, ...user, "-d", "grant_type=password", tokenUrl);
    token = z.object({ access_token: z.string() }).parse(reply).access_token;
    expect(await api("/v1/compute/instances", "-X", "GET")).toMatchObject({
      data: [{ instanceId: 30_001, status: "running" }],
    });
  });

  it("brings an image in, follows it, and deletes it", async () => {
    const body = { name: "golden", url: files.url("golden.qcow2"), osType: "Linux", version: "12" };
    const json = ["-H", "Content-Type: application/json", "-d", JSON.stringify(body)];
    const created = await api("/v1/compute/images", "-X", "POST", ...json);
    const [image] = z.object({ data: z.array(z.object({ imageId: z.uuid() })) }).parse(created).data;
    const path = `/v1/compute/images/${image?.imageId}`;
    await expect.poll(() => api(path)).toMatchObject({ data: [{ status: "Downloaded", errorMessage: "" }] });
    expect(await api("/v1/compute/images/stats")).toMatchObject({ data: [{ currentImagesCount: 1 }] });
    expect(await api(path, "-X", "DELETE")).toBeNull();
    expect(await api(path)).toMatchObject({ statusCode: 404 });
  });
});
