/**
 * Watermarks of bytes that were handed to the terminal and not yet drawn. Above `high` nothing more is taken from
 * the source until the terminal is down to `low`: the source, pulled no further, holds back the core, and the core
 * the guest. xterm.js names 500 kB as where it stops being responsive and drops data at 50 MB.
 * https://xtermjs.org/docs/guides/flowcontrol/
 */
export const watermarks = { highBytes: 300_000, lowBytes: 100_000 };

export interface Sink {
  /** Takes bytes and calls back when they are drawn. */
  write(data: Uint8Array, onDrawn: () => void): void;
}

/** Moves everything from the source into the sink, in order, under flow control. Ends with the source. */
export async function pump(
  source: AsyncIterable<Uint8Array>,
  sink: Sink,
  { highBytes, lowBytes } = watermarks,
): Promise<void> {
  let pendingBytes = 0;
  let resume: (() => void) | null = null;
  for await (const chunk of source) {
    pendingBytes += chunk.length;
    sink.write(chunk, () => {
      pendingBytes -= chunk.length;
      if (pendingBytes <= lowBytes) resume?.();
    });
    if (pendingBytes > highBytes) {
      await new Promise<void>((resolve) => {
        resume = resolve;
      });
      resume = null;
    }
  }
}
