import type { WireError } from "#contract/errors.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { StateStore } from "#core/state-store.ts";
import type { Clock } from "#ports/ports.ts";

/** What a user should know of one machine beyond its picture; one notice a topic. */
export class MachineNotices {
  readonly #id: string;
  readonly #deps: { readonly store: StateStore; readonly ports: { readonly clock: Clock } };

  constructor(id: string, deps: { store: StateStore; ports: { clock: Clock } }) {
    this.#id = id;
    this.#deps = deps;
  }

  memoryGivenUp(name: string, reason: string): void {
    const instead = "It boots from its disk instead, as after a power cut.";
    const text = `Its saved memory does not fit any more: ${reason}. ${instead}`;
    this.#tell("memory", "warning", `${name} could not go on where it was`, text);
  }

  unsettled(name: string, error: unknown): void {
    const { message, hint } = AppError.from(error);
    this.#tell("layers", "warning", `A change of the disk of ${name} is not finished`, `${message}. ${hint}`);
  }

  /** What was found after a crash, and what was done about it. */
  found(name: string, text: string): void {
    this.#tell("found", "info", `${name} was found as a crash had left it`, text);
  }

  endedUnseen(name: string, error: WireError | null, handedOver: boolean): void {
    if (error !== null) this.found(name, `${error.message}. ${error.hint}`);
    else if (handedOver) {
      this.found(name, "Its installer has ended while Goldsmith was away. Start it: it boots from its disk.");
    }
  }

  slept(name: string, sleptMs: number): void {
    const minutes = Math.round(sleptMs / 60_000);
    const howLong = minutes < 120 ? `${Math.max(1, minutes)} min` : `${Math.round(minutes / 60)} h`;
    const text = `The computer slept for ${howLong} and the guest with it. Connections of the guest may be cut; it goes on.`;
    this.#tell("slept", "info", `${name} has slept`, text);
  }

  #tell(topic: string, level: "info" | "warning", title: string, text: string): void {
    const id = `machine-${this.#id}-${topic}`;
    const { store, ports } = this.#deps;
    store.put("notices", id, { id, level, title, text, createdAt: ports.clock.nowIso() });
  }
}
