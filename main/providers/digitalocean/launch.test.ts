import { afterEach, beforeEach, expect, it } from "vitest";
import { writeFileAtomic } from "#core/library/json-file.ts";
import { hastyClock } from "#providers/emulation/testing/hasty-clock.ts";
import type { LaunchInstance } from "#providers/provider.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { startHarness, testToken, type EmulatorHarness } from "./emulator-harness.ts";
import { documentedRateLimit } from "./emulator-limits.ts";
import { createDigitalOcean } from "./provider.ts";

const signal = (): AbortSignal => AbortSignal.timeout(10_000);
const id = "170000001";
const request: LaunchInstance = {
  mode: "create",
  name: "web-01.example",
  region: "fra1",
  size: "s-1vcpu-1gb",
  keyIds: ["512001"],
  publicKey: null,
  userData: "#cloud-config\n",
  instanceId: null,
  network: null,
  zone: null,
};

let harness: EmulatorHarness;
const start = async (overrides: Parameters<typeof startHarness>[1] = {}): Promise<void> => {
  harness = await startHarness({ processes: nodeProcesses, writeFileAtomic }, overrides);
  await harness.fill(1);
};
const client = () =>
  createDigitalOcean(
    { apiBase: harness.emulator.apiBase, fields: { token: testToken } },
    { clock: hastyClock, retry: { tries: 1, firstDelayMs: 1, longestDelayMs: 1 } },
  );
beforeEach(() => start());
afterEach(async () => {
  await harness.close();
  expect(harness.problems()).toEqual([]);
});

it("offers the image's regions, sizes that are large enough, and the account's keys", async () => {
  const options = await client().launchOptions?.(id, signal());
  expect(options).toMatchObject({
    modes: ["create"],
    regions: ["fra1"],
    keys: [{ id: "512001", name: "practice-laptop" }],
    keyOptional: false,
  });
  expect(options?.sizes[0]).toEqual({
    id: "s-1vcpu-1gb",
    text: "1 vCPU, 1 GiB memory, 25 GB disk, $6/month ($0.00893/hour)",
  });
});

it("sends a Droplet's body as the document wants it", async () => {
  const launched = await client().launch?.(id, request, signal());
  expect(launched?.status).toBe("new");
  expect(harness.exchanges.at(-1)?.requestBody).toEqual({
    name: "web-01.example",
    region: "fra1",
    size: "s-1vcpu-1gb",
    image: 170_000_001,
    ssh_keys: [512_001],
    user_data: "#cloud-config\n",
  });
});

it.each([
  ["no key", { keyIds: [] }, "without an SSH key"],
  ["no size", { size: null }, "needs a size"],
  ["a name that is no host name", { name: "my web" }, "no name for a Droplet"],
  ["a key that is not in the account", { publicKey: "ssh-ed25519 AAAA x" }, "keys of the account"],
  ["another mode", { mode: "reinstall" }, "new Droplets only"],
] as const)("refuses %s without asking", async (_, change, words) => {
  const asked = harness.exchanges.length;
  const failure = client().launch?.(id, { ...request, ...change }, signal());
  await expect(failure).rejects.toMatchObject({ code: "bad-input" });
  await expect(client().launch?.(id, { ...request, ...change }, signal())).rejects.toThrow(words);
  expect(harness.exchanges).toHaveLength(asked);
});

it.each([
  ["a region the image is not in", { region: "sgp1" }, "not available in the region"],
  ["a size that does not exist", { size: "s-99" }, "invalid size"],
  ["a key of somebody else", { keyIds: ["ab:cd"] }, "SSH key"],
] as const)("passes on why the service refuses %s", async (_, change, words) => {
  const failure = client().launch?.(id, { ...request, ...change }, signal());
  await expect(failure).rejects.toMatchObject({ code: "provider-refused" });
  await expect(client().launch?.(id, { ...request, ...change }, signal())).rejects.toThrow(words);
});

it("says when keys may be listed again after ten times in a minute", async () => {
  await harness.close();
  await start({ rateLimit: documentedRateLimit });
  for (let count = 0; count < 10; count++) await client().launchOptions?.(id, signal());
  const failure = client().launchOptions?.(id, signal());
  await expect(failure).rejects.toMatchObject({ code: "rate-limited", retry: "later" });
  // Everything else goes on.
  expect(await client().listImages(signal())).toHaveLength(1);
});
