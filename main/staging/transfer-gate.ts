import type { Clock } from "#ports/ports.ts";

/** What a store asks before bytes leave. One gate stands before all uploads of the process. */
export interface TransferGate {
  /**
   * Resolves when so many bytes may be sent: in order of asking, at the limit's pace, and not while paused. With
   * 0 bytes only a pause is waited for: do that before a connection is opened. Ask for pieces of at most
   * `pieceBytes`. Rejects with the signal's reason.
   */
  pass(bytes: number, signal: AbortSignal): Promise<void>;
  /**
   * Grows with every pause. A server may drop a connection that is silent for long: a failure of a request during
   * which this grew is none of the network's, so repeat it without counting it as an attempt.
   */
  readonly pauses: number;
}

/** The hand that turns the gate; every change holds at once, also for what is waiting. */
export interface TransferControl extends TransferGate {
  /** null: no limit. */
  setLimit(bytesPerSecond: number | null): void;
  setPaused(paused: boolean): void;
}

/** Small enough that a slow limit still sends something every few seconds on each connection. */
export const pieceBytes = 64 * 1024;

/** A quarter of a second's bytes may leave at once after an idle time, so that timers' grain costs no throughput. */
const burstMs = 250;

/** For uploads that nobody limits: tests and measurements. */
export const openGate: TransferGate = { pass: () => Promise.resolve(), pauses: 0 };

interface Waiter {
  bytes: number;
  resolve: () => void;
}

/** A token bucket that may go into debt: a piece leaves whole as soon as anything is in it. */
export function createTransferGate(clock: Pick<Clock, "nowMs" | "sleep">): TransferControl {
  let bytesPerSecond: number | null = null;
  let paused = false;
  let pauses = 0;
  let tokens = 0;
  let filledAtMs = clock.nowMs();
  const waiting: Waiter[] = [];
  let changed = new AbortController();
  let pumping = false;

  const refill = (perSecond: number): void => {
    const nowMs = clock.nowMs();
    const burst = (perSecond * burstMs) / 1000;
    tokens = Math.min(burst, tokens + ((nowMs - filledAtMs) * perSecond) / 1000);
    filledAtMs = nowMs;
  };
  /** 0: took them; else how long to wait before it is worth another look. */
  const take = (bytes: number): number => {
    if (bytesPerSecond === null || bytes === 0) return 0;
    refill(bytesPerSecond);
    if (tokens <= 0) return Math.max(1, (-tokens * 1000) / bytesPerSecond);
    tokens -= bytes;
    return 0;
  };
  const pump = async (): Promise<void> => {
    if (pumping) return;
    pumping = true;
    for (let first = waiting[0]; first !== undefined && !paused; first = waiting[0]) {
      const waitMs = take(first.bytes);
      if (waitMs === 0) {
        waiting.shift();
        first.resolve();
      } else {
        await clock.sleep(waitMs, changed.signal).catch(() => {}); // a change is looked at at once
      }
    }
    pumping = false;
  };
  const change = (): void => {
    changed.abort();
    changed = new AbortController();
    void pump();
  };

  return {
    get pauses() {
      return pauses;
    },
    async pass(bytes, signal) {
      signal.throwIfAborted();
      if (!paused && waiting.length === 0 && take(bytes) === 0) return;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const waiter: Waiter = { bytes, resolve };
      const leave = (): void => {
        const place = waiting.indexOf(waiter);
        if (place !== -1) waiting.splice(place, 1);
        reject(signal.reason);
      };
      signal.addEventListener("abort", leave, { once: true });
      waiting.push(waiter);
      void pump();
      await promise.finally(() => signal.removeEventListener("abort", leave));
    },
    setLimit(next) {
      if (next !== null && !(next > 0)) throw new RangeError("A limit is more than 0 bytes a second");
      if (bytesPerSecond !== null) refill(bytesPerSecond);
      bytesPerSecond = next;
      tokens = Math.min(tokens, 0); // what was saved up at another pace is not spent at this one
      filledAtMs = clock.nowMs();
      change();
    },
    setPaused(next) {
      if (next === paused) return;
      paused = next;
      if (paused) pauses++;
      change();
    },
  };
}
