import type { Clock } from "#ports/ports.ts";
import type { EmulatorState, StoredAction, StoredDroplet, StoredImage } from "./emulator-state.ts";

/** What a route may touch: the account, and the work that goes on after the answer. */
export interface RouteDeps {
  readonly state: EmulatorState;
  readonly clock: Clock;
  readonly startImport: (image: StoredImage) => void;
  readonly stopImport: (imageId: number) => Promise<void>;
  readonly startTransfer: (action: StoredAction) => void;
  readonly startDroplet: (droplet: StoredDroplet) => void;
}
