import {
  recordEmulator,
  type RecordedEmulator,
  type RecordingOptions,
} from "#providers/emulation/testing/recorded-emulator.ts";
import { createJudge, documentIsHere } from "#providers/emulation/testing/official-document.ts";
import type { StoredImage } from "./emulator-state.ts";
import { startDigitalOceanEmulator, type DigitalOceanEmulatorOptions } from "./emulator.ts";

export interface EmulatorHarness extends RecordedEmulator {
  /** Replaces the account's content by so many images, available unless another word is given. */
  fill(count: number, status?: string): Promise<void>;
}

export const testToken = "canary-do-token-0a1b2c3d4e5f";
const manyRequests = { perHour: 5_000, perMinute: 5_000, keyListsPerMinute: 5_000 };

/** For tests: starts an emulator in a temporary folder whose traffic is recorded. */
export async function startHarness(
  deps: Omit<RecordingOptions, "judge">,
  overrides: Partial<DigitalOceanEmulatorOptions> = {},
): Promise<EmulatorHarness> {
  const recorded = await recordEmulator(
    (options) =>
      startDigitalOceanEmulator({ ...options, secret: testToken, rateLimit: manyRequests, ...overrides }),
    { ...deps, judge: documentIsHere("digitalocean") ? () => createJudge("digitalocean") : null },
  );
  return {
    ...recorded,
    get emulator() {
      return recorded.emulator;
    },
    async fill(count, status = "available") {
      const images = Array.from({ length: count }, (_, number) => storedImage(170_000_001 + number, status));
      await recorded.refill({ version: 1, nextId: 180_000_000, images, actions: [] });
    },
  };
}

export const storedImage = (id: number, status: string): StoredImage => ({
  id,
  name: `image-${id}`,
  distribution: "Unknown",
  description: "",
  tags: [],
  regions: ["fra1"],
  status,
  errorMessage: "",
  createdAt: "2026-01-01T00:00:00.000Z",
  url: "http://127.0.0.1/gone",
  content: null,
});
