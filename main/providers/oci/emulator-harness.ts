import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  recordEmulator,
  type RecordedEmulator,
  type RecordingOptions,
} from "#providers/emulation/testing/recorded-emulator.ts";
import { newKey } from "./emulator-account.ts";
import type { AccountState, StoredImage } from "./emulator-state.ts";
import { startOciEmulator, type OciEmulatorOptions } from "./emulator.ts";

export interface EmulatorHarness extends RecordedEmulator {
  /** Replaces the account's images by so many, available unless another word is given; objects stay. */
  fill(count: number, status?: string): Promise<void>;
  /** What the account holds, as it is on disk. */
  held(): Promise<AccountState>;
}

/** Locks the account's key, and so must not be seen anywhere. */
export const testSecret = "canary-oci-passphrase-7f6e5d4c";
/** Made once: a key takes a tenth of a second. */
let testKey: string | null = null;

/** For tests: starts an emulator in a temporary folder whose traffic is recorded. */
export async function startHarness(
  deps: Omit<RecordingOptions, "judge">,
  overrides: Partial<OciEmulatorOptions> = {},
): Promise<EmulatorHarness> {
  const recorded = await recordEmulator(
    async (options) => {
      testKey ??= newKey(testSecret);
      await writeFile(join(options.folder, "api-key.pem"), testKey);
      return startOciEmulator({ ...options, secret: testSecret, ...overrides });
    },
    { ...deps, judge: null },
  );
  const held = async (): Promise<AccountState> =>
    JSON.parse(await readFile(join(recorded.folder, "state.json"), "utf8")) as AccountState;
  return {
    ...recorded,
    get emulator() {
      return recorded.emulator;
    },
    held,
    async fill(count, status = "AVAILABLE") {
      const images = Array.from({ length: count }, (_, number) => storedImage(number, status));
      const state = await held();
      await recorded.refill({ ...state, images, workRequests: [], retryTokens: {} });
    },
  };
}

const storedImage = (number: number, lifecycleState: string): StoredImage => ({
  id: `ocid1.image.oc1.iad.filled${number}`,
  compartmentId: "ocid1.tenancy.oc1..practicetenancy",
  displayName: `image-${number}`,
  operatingSystem: "Debian",
  operatingSystemVersion: "12",
  lifecycleState,
  launchMode: "PARAVIRTUALIZED",
  freeformTags: {},
  timeCreated: "2026-01-01T00:00:00.000Z",
  source: { sourceImageType: "QCOW2", bucket: "images", object: "gone" },
  shapes: [{ shape: "VM.Standard.E4.Flex" }],
  content: null,
});
