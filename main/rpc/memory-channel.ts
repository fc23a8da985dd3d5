import type { Channel } from "./channel.ts";

export type MemoryChannel = Channel & { close(): void };

/** Two ends of one pipe in memory. Frames arrive in order, in a later microtask; closing one end closes both. */
export function createChannelPair(): [MemoryChannel, MemoryChannel] {
  const near = new MemoryEnd();
  const far = new MemoryEnd();
  near.other = far;
  far.other = near;
  return [near, far];
}

class MemoryEnd implements MemoryChannel {
  other: MemoryEnd | null = null;
  readonly #frames = new Set<(frame: string | Uint8Array) => void>();
  readonly #closes = new Set<() => void>();
  #closed = false;

  send(frame: string | Uint8Array): void {
    const other = this.other;
    queueMicrotask(() => {
      if (other === null || other.#closed) return;
      for (const listener of other.#frames) listener(frame);
    });
  }

  onFrame(listener: (frame: string | Uint8Array) => void): () => void {
    this.#frames.add(listener);
    return () => this.#frames.delete(listener);
  }

  onClose(listener: () => void): () => void {
    this.#closes.add(listener);
    return () => this.#closes.delete(listener);
  }

  close(): void {
    for (const end of [this, this.other]) {
      if (end === null || end.#closed) continue;
      end.#closed = true;
      for (const listener of end.#closes) listener();
    }
  }
}
