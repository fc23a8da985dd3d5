import type { UnpackProgress } from "#contract/published.ts";

/** Listeners hear of it no oftener: a bar that moves ten times a second is smooth. */
const restMs = 100;

interface Running {
  latest: UnpackProgress | null;
  toldMs: number;
  /** Several windows may check the same thing at once. */
  count: number;
  readonly wake: Set<() => void>;
}

/** How far the archives are that running checks unpack, for whoever wants to watch. */
export interface CheckProgress {
  /** Call when a check begins; dispose of it when that ends. */
  begin(key: string): Disposable & { report(progress: UnpackProgress): void };
  /** The latest progress whenever it changed; ends with the check, at once when none runs. */
  follow(key: string, signal: AbortSignal): AsyncGenerator<UnpackProgress>;
}

export function createCheckProgress(): CheckProgress {
  const all = new Map<string, Running>();
  const tell = (running: Running): void => {
    running.toldMs = performance.now();
    for (const wake of running.wake) wake();
  };
  return {
    begin(key) {
      const running = all.get(key) ?? { latest: null, toldMs: 0, count: 0, wake: new Set() };
      all.set(key, running);
      running.count += 1;
      return {
        report(progress) {
          running.latest = progress;
          if (performance.now() - running.toldMs >= restMs) tell(running);
        },
        [Symbol.dispose]() {
          running.count -= 1;
          if (running.count > 0) return;
          if (all.get(key) === running) all.delete(key);
          tell(running);
        },
      };
    },
    async *follow(key, signal) {
      const running = all.get(key);
      let seen: UnpackProgress | null = null;
      while (running !== undefined && running.count > 0 && !signal.aborted) {
        if (running.latest !== null && running.latest !== seen) {
          seen = running.latest;
          yield seen;
          continue;
        }
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            running.wake.delete(wake);
            signal.removeEventListener("abort", wake);
            resolve();
          };
          running.wake.add(wake);
          signal.addEventListener("abort", wake, { once: true });
        });
      }
    },
  };
}
