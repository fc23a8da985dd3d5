import {
  emptyState,
  type AppState,
  type Change,
  type CollectionName,
  type StateEvent,
} from "#contract/state.ts";

/** Events that may wait for a slow watcher; one that is further behind gets a new snapshot in their place. */
const maxQueuedEvents = 256;

/**
 * The one owner of the state. Writers put and remove entries; watchers get a snapshot and then patches.
 * Changes made in one turn of the event loop travel in one patch.
 */
export class StateStore {
  readonly #state: AppState = emptyState();
  readonly #watchers = new Set<(event: StateEvent) => void>();
  #seq = 0;
  #pending = new Map<string, Change>();

  get state(): Readonly<AppState> {
    return this.#state;
  }

  put<C extends CollectionName>(collection: C, id: string, value: AppState[C][string]): void {
    const entries = this.#state[collection] as Record<string, AppState[C][string]>;
    entries[id] = value;
    this.#queue({ collection, id, value } as Change);
  }

  remove(collection: CollectionName, id: string): void {
    if (!(id in this.#state[collection])) return;
    delete this.#state[collection][id];
    this.#queue({ collection, id, value: null } as Change);
  }

  #queue(change: Change): void {
    if (this.#pending.size === 0) queueMicrotask(() => this.#flush());
    this.#pending.set(`${change.collection}/${change.id}`, change);
  }

  #flush(): void {
    const changes = [...this.#pending.values()];
    this.#pending = new Map();
    if (changes.length === 0) return;
    const event: StateEvent = { type: "patch", seq: ++this.#seq, changes };
    for (const watcher of this.#watchers) watcher(event);
  }

  #snapshot(): StateEvent {
    this.#flush();
    return { type: "snapshot", seq: this.#seq, state: structuredClone(this.#state) };
  }

  /**
   * Snapshot first, then every patch, until the signal aborts or the consumer stops. A consumer that does not
   * keep up gets another snapshot instead of what it missed, so that nothing piles up without bound.
   */
  async *watch(signal: AbortSignal): AsyncGenerator<StateEvent> {
    const queue: StateEvent[] = [this.#snapshot()];
    let behind = false;
    let wake = (): void => {};
    const watcher = (event: StateEvent): void => {
      behind ||= queue.length >= maxQueuedEvents;
      if (behind) queue.length = 0;
      else queue.push(event);
      wake();
    };
    this.#watchers.add(watcher);
    const onAbort = (): void => wake();
    signal.addEventListener("abort", onAbort);
    try {
      while (!signal.aborted) {
        if (behind) queue.push(this.#snapshot());
        behind = false;
        const next = queue.shift();
        if (next !== undefined) yield next;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.#watchers.delete(watcher);
      signal.removeEventListener("abort", onAbort);
    }
  }
}
