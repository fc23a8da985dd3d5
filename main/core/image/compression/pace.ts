const sliceMs = 6;

/**
 * Gives the event loop a turn when the work since the last one has taken some milliseconds. Decoders call it
 * between pieces, because an `await` of what is already there lets nobody else run.
 */
export function createPace(): () => Promise<void> | undefined {
  let startedMs = performance.now();
  return () => {
    if (performance.now() - startedMs < sliceMs) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        startedMs = performance.now();
        resolve();
      });
    });
  };
}
