import type { MachinePower, MachineView } from "#contract/machine.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { StateStore } from "#core/state-store.ts";
import type { Clock } from "#ports/ports.ts";

/** The picture of one machine; every change of it goes into the state store, and nothing else does. */
export class MachineState {
  readonly #store: StateStore;
  readonly #watchers = new Set<() => void>();
  #view: MachineView;

  constructor(store: StateStore, view: MachineView) {
    this.#store = store;
    this.#view = view;
    store.put("machines", view.id, view);
  }

  get view(): MachineView {
    return this.#view;
  }

  update(change: Partial<MachineView>): void {
    const next = { ...this.#view, ...change };
    const keys = Object.keys(change) as (keyof MachineView)[];
    if (keys.every((key) => next[key] === this.#view[key])) return;
    this.#view = next;
    this.#store.put("machines", next.id, next);
    for (const watcher of this.#watchers) watcher();
  }

  remove(): void {
    this.#store.remove("machines", this.#view.id);
    this.#store.remove("reports", `machine:${this.#view.id}`);
  }

  /** Throws `timeout` or `cancelled`. */
  async waitForPower(
    power: MachinePower,
    clock: Clock,
    options: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<void> {
    const reached = Promise.withResolvers<void>();
    const watcher = (): void => {
      if (this.#view.power === power) reached.resolve();
    };
    this.#watchers.add(watcher);
    watcher();
    const stop = new AbortController();
    const signals = options.signal === undefined ? [] : [options.signal];
    const late = clock.sleep(options.timeoutMs, AbortSignal.any([stop.signal, ...signals])).then(() => {
      const seconds = options.timeoutMs / 1000;
      throw new AppError(
        "timeout",
        `${this.#view.name} is ${this.#view.power}; it was not ${power} within ${seconds} s`,
        { hint: "Look at its console: it may wait for an answer.", retry: "now" },
      );
    });
    try {
      await Promise.race([reached.promise, late]);
    } finally {
      this.#watchers.delete(watcher);
      stop.abort();
      late.catch(() => {}); // called off above
    }
  }
}
