/**
 * How often new output is fetched. While it comes at a speed that someone could follow, for every frame. In a flood
 * no frame can be read, but each of them costs the window the same: parsing, layout, raster. Then it is fetched and
 * drawn ten times a second, in larger pieces. Nothing is left out.
 *
 * Measured on two cores with emulation (`bench/console.ts`): the window's processes take about a third of the
 * processor time, which is what its frames were waiting for.
 */
export const liveGatherMs = 16;
/** The eye still sees that it moves; an answer to a key comes before (see `Gathering`). */
export const floodGatherMs = 100;
/** A screen of 80 by 24 in every sixtieth of a second. */
const readableBytesPerSecond = 80 * 24 * 60;
/** So much beyond what is readable is a burst: a menu that is drawn, the messages of a kernel that starts. */
const burstBytes = 64 * 1024;
/** With this the pace is back to live half a second after the end of the longest flood. */
const mostAheadBytes = 2 * burstBytes;

/** Bytes that came faster than they could be read: what drains at a readable speed has not yet drained. */
export function aheadBytes(beforeBytes: number, fetchedBytes: number, spanMs: number): number {
  const ahead = beforeBytes + fetchedBytes - (readableBytesPerSecond * spanMs) / 1000;
  return Math.min(mostAheadBytes, Math.max(0, ahead));
}

export const gatherMs = (ahead: number): number => (ahead > burstBytes ? floodGatherMs : liveGatherMs);

/** Someone who typed wants to see what the guest makes of it: for so long every frame counts again. */
const answerMs = 1_000;

/** Lets output gather between two fetches, and no longer when somebody types. One for all readers of a console. */
export class Gathering {
  readonly #waiting = new Set<() => void>();
  #typedMs = -Infinity;

  /** A key goes to the guest now. */
  typed(): void {
    this.#typedMs = performance.now();
    for (const wake of this.#waiting) wake();
  }

  /** Resolves after the time to gather, or sooner: when the signal aborts, or shortly after something is typed. */
  async pause(ahead: number, signal: AbortSignal): Promise<void> {
    const startedMs = performance.now();
    const isAnswering = startedMs - this.#typedMs < answerMs;
    const fullMs = isAnswering ? liveGatherMs : gatherMs(ahead);
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(hurry);
        signal.removeEventListener("abort", done);
        resolve();
      };
      const hurry = (): void => {
        clearTimeout(timer);
        const leftMs = startedMs + fullMs - performance.now();
        timer = setTimeout(done, Math.max(0, Math.min(liveGatherMs, leftMs)));
      };
      let timer = setTimeout(done, fullMs);
      this.#waiting.add(hurry);
      signal.addEventListener("abort", done);
      if (signal.aborted) done();
    });
  }
}
