import { startPlatformEmulator, type PlatformEmulatorOptions } from "#providers/contabo/emulator-server.ts";
import type { Emulator } from "#providers/emulation/emulator.ts";
import { platform } from "./manifest.ts";

/** Starts the practice account of Fybe on loopback. */
export const startFybeEmulator = (options: PlatformEmulatorOptions): Promise<Emulator> =>
  startPlatformEmulator(platform, options);
