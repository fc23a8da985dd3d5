import type { Emulator } from "#providers/emulation/emulator.ts";
import { startPlatformEmulator, type PlatformEmulatorOptions } from "./emulator-server.ts";
import { platform } from "./manifest.ts";

/** Starts the practice account of Contabo on loopback. */
export const startContaboEmulator = (options: PlatformEmulatorOptions): Promise<Emulator> =>
  startPlatformEmulator(platform, options);
