import { randomUUID } from "node:crypto";
import type { ProviderHarness } from "#providers/conformance/harness.ts";
import type { Emulator, Exchange } from "#providers/emulation/emulator.ts";
import type { ImportFault } from "#providers/emulation/faults.ts";
import { hastyClock } from "#providers/emulation/testing/hasty-clock.ts";
import { goodImage, serveImages } from "#providers/emulation/testing/image-server.ts";
import { createJudge, documentIsHere } from "#providers/emulation/testing/official-document.ts";
import {
  recordEmulator,
  type RecordedEmulator,
  type RecordingOptions,
} from "#providers/emulation/testing/recorded-emulator.ts";
import type { CreateClient, LaunchInstance } from "#providers/provider.ts";
import type { PlatformEmulatorOptions } from "./emulator-server.ts";
import type { StoredImage } from "./emulator-state.ts";
import type { Platform } from "./platform.ts";

export const testSecret = "canary-platform-secret-5e4d3c2b1a";

export const isTokenRequest = ({ url }: Pick<Exchange, "url">): boolean => url.pathname.startsWith("/auth/");

/** For tests: an emulator of either platform whose traffic with the API is compared with its document. */
export function startPlatformHarness(
  platform: Platform,
  start: (options: PlatformEmulatorOptions) => Promise<Emulator>,
  options: Omit<RecordingOptions, "judge" | "mayFail"> & Pick<PlatformEmulatorOptions, "lifetimes">,
): Promise<RecordedEmulator> {
  const { lifetimes, ...recording } = options;
  const name = platform.manifest.id === "fybe" ? "fybe" : "contabo";
  return recordEmulator(
    (base) => start({ ...base, secret: testSecret, ...(lifetimes === undefined ? {} : { lifetimes }) }),
    {
      ...recording,
      mayFail: ({ path }) => !path.startsWith("/auth/"),
      judge: documentIsHere(name)
        ? () => {
            const judge = createJudge(name);
            return (exchange) => (isTokenRequest(exchange) ? [] : judge(exchange));
          }
        : null,
    },
  );
}

/** For the conformance suite. */
export async function platformHarness(
  platform: Platform,
  start: (options: PlatformEmulatorOptions) => Promise<Emulator>,
  create: CreateClient,
  deps: Pick<RecordingOptions, "processes" | "writeFileAtomic">,
): Promise<ProviderHarness & { problems(): string[] }> {
  const files = await serveImages({
    good: goodImage(),
    bad: Buffer.from("<!doctype html><title>no</title>"),
  });
  let importFault: ImportFault | null = null;
  const emulated = await startPlatformHarness(platform, start, { ...deps, importFault: () => importFault });
  const { fields } = emulated.emulator;
  const wrong = "canary-wrong-password-7f8e9d";
  const from = (name: string) => ({ kind: "url" as const, url: files.url(name) });
  return {
    client: ({ stranger, ...options } = {}) =>
      create(
        {
          apiBase: emulated.emulator.apiBase,
          fields: stranger === undefined ? fields : { ...fields, password: wrong },
        },
        { clock: hastyClock, ...options },
      ),
    inject: (faults) => void emulated.queue.splice(0, Infinity, ...faults),
    injectImport: (fault) => (importFault = fault),
    importing: {
      format: "qcow2",
      good: from("good"),
      bad: from("bad"),
      cut: from("cut-good"),
      honoursRetryToken: false,
    },
    fill: (count, status) => emulated.refill(accountWith(count, status)),
    region: platform.manifest.defaultRegion ?? "",
    otherRegion: null,
    useUpQuota: () => emulated.refill({ ...accountWith(1), quotaBytes: 450_000 }),
    launches: [
      launchRequest({ mode: "create", size: platform.products[0]?.id ?? "" }),
      launchRequest({ mode: "reinstall", instanceId: "30001" }),
    ],
    strangeId: "00000000-0000-4000-8000-000000000000",
    canaries: [testSecret, wrong, fields["password"] ?? "", fields["clientSecret"] ?? ""],
    exchanges: () => emulated.exchanges,
    problems: () => emulated.problems(),
    async close() {
      await emulated.close();
      await files.close();
    },
  };
}

const launchRequest = (given: Partial<LaunchInstance> & Pick<LaunchInstance, "mode">): LaunchInstance => ({
  name: "web-01",
  region: null,
  size: null,
  keyIds: ["40001", "password:40002"],
  publicKey: null,
  userData: "#cloud-config\n",
  instanceId: null,
  network: null,
  zone: null,
  ...given,
});

/** An account of so many images, a key, a password and an instance, as `state.json` holds it. */
export function accountWith(count: number, status = "Downloaded"): object {
  const at = "2026-01-01T00:00:00.000Z";
  const images: StoredImage[] = Array.from({ length: count }, (_, number) => ({
    imageId: randomUUID(),
    name: `image-${number}`,
    description: "",
    url: "http://127.0.0.1/gone",
    osType: "Linux",
    version: "1",
    format: "qcow2",
    status,
    errorMessage: "",
    sizeBytes: 450_000,
    uploadedBytes: 450_000,
    createdAt: at,
    changedAt: at,
    content: null,
  }));
  const secrets = [
    { secretId: 40_001, name: "laptop", type: "ssh", value: "ssh-ed25519 AAAA laptop", createdAt: at },
    { secretId: 40_002, name: "console", type: "password", value: "PwdA?2092w#", createdAt: at },
  ];
  const instances = [
    {
      instanceId: 30_001,
      displayName: "web",
      region: "EU",
      productId: "V92",
      imageId: "",
      sshKeys: [],
      status: "running",
      userData: "",
      createdAt: at,
      installedAt: at,
    },
  ];
  return { version: 1, nextId: 50_000, images, secrets, instances };
}
