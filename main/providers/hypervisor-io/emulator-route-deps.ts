import type { Clock } from "#ports/ports.ts";
import type { EmulatorState, StoredImage, StoredTask } from "./emulator-state.ts";

/** What a route may touch: the account, and the work that goes on after the answer. */
export interface RouteDeps {
  readonly state: EmulatorState;
  readonly clock: Clock;
  readonly storageFiles: () => Promise<string[]>;
  readonly startCapture: (image: StoredImage) => void;
  readonly startTask: (task: StoredTask) => void;
}
