import type { ProviderId } from "#contract/finding.ts";
import type { StartEmulator } from "./emulation/emulator.ts";

/** The practice accounts: an emulator of each provider, loaded when it is started (none is needed to start). */
export const emulators: Readonly<Partial<Record<ProviderId, StartEmulator>>> = {
  digitalocean: async (options) =>
    (await import("./digitalocean/emulator.ts")).startDigitalOceanEmulator(options),
  contabo: async (options) => (await import("./contabo/emulator.ts")).startContaboEmulator(options),
  fybe: async (options) => (await import("./fybe/emulator.ts")).startFybeEmulator(options),
  oci: async (options) => (await import("./oci/emulator.ts")).startOciEmulator(options),
  "hypervisor-io": async (options) =>
    (await import("./hypervisor-io/emulator.ts")).startHypervisorIoEmulator(options),
};
