import type { Clock } from "#ports/ports.ts";
import type { EmulatorState, StoredImage, StoredInstance } from "./emulator-state.ts";
import type { Tenant } from "./emulator-wire.ts";
import type { Platform } from "./platform.ts";

/** What a route may touch: the account, and the work that goes on after the answer. */
export interface RouteDeps {
  readonly platform: Platform;
  readonly state: EmulatorState;
  readonly tenant: Tenant;
  readonly clock: Clock;
  readonly probe: (url: string) => Promise<"iso" | "qcow2" | "other">;
  readonly startImport: (image: StoredImage) => void;
  readonly stopImport: (imageId: string) => Promise<void>;
  /** Lets an instance come up. */
  readonly startInstall: (instance: StoredInstance) => void;
}
