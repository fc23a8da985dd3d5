import type { Client } from "#rpc/api.ts";

/** Longer pieces are split; base64 of it stays below what `display.write` takes. */
const maxWriteBytes = 512 * 1024;

/**
 * What noVNC takes in place of a WebSocket: the properties of one, over the contract's calls. Writes go out one call at
 * a time and in order; what is written meanwhile goes with the next.
 */
export class RfbChannel {
  // noVNC looks for these names as own properties of the object.
  binaryType = "arraybuffer";
  protocol = "";
  readyState: "connecting" | "open" | "closing" | "closed" = "connecting";
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  onclose: ((event: { code: number; reason: string; wasClean: boolean }) => void) | null = null;

  readonly #client: Pick<Client, "call" | "bytes">;
  readonly #machineId: string;
  readonly #connectionId: string;
  readonly #ending = new AbortController();
  #waiting: Uint8Array[] = [];
  #sending = false;

  constructor(client: Pick<Client, "call" | "bytes">, machineId: string) {
    this.#client = client;
    this.#machineId = machineId;
    this.#connectionId = crypto.randomUUID();
  }

  /** noVNC hangs its handlers on first. */
  start(): void {
    void this.#follow();
  }

  send = (data: Uint8Array | ArrayBuffer): void => {
    // noVNC uses its buffer again at once
    this.#waiting.push(new Uint8Array(data instanceof Uint8Array ? data.slice() : data.slice(0)));
    if (!this.#sending) void this.#drain();
  };

  close = (): void => {
    if (this.readyState === "closed") return;
    this.readyState = "closing";
    this.#ending.abort();
  };

  async #follow(): Promise<void> {
    const { signal } = this.#ending;
    let failure: unknown = null;
    try {
      const bytes = this.#client.bytes(
        "display.read",
        { machineId: this.#machineId, connectionId: this.#connectionId },
        signal,
      );
      for await (const piece of bytes) {
        // The server speaks first (RFC 6143, 7.1.1): its first bytes tell that the connection stands.
        if (this.readyState === "connecting") {
          this.readyState = "open";
          this.onopen?.();
        }
        this.onmessage?.({ data: piece.slice().buffer });
      }
    } catch (cause) {
      if (!signal.aborted) failure = cause;
    }
    this.readyState = "closed";
    if (failure !== null) this.onerror?.(failure);
    this.onclose?.({ code: failure === null ? 1000 : 1006, reason: "", wasClean: failure === null });
  }

  async #drain(): Promise<void> {
    this.#sending = true;
    try {
      while (this.#waiting.length > 0 && this.readyState === "open") {
        const bytes = join(this.#waiting);
        this.#waiting = [];
        for (let at = 0; at < bytes.length; at += maxWriteBytes) {
          const base64 = toBase64(bytes.subarray(at, at + maxWriteBytes));
          await this.#client.call("display.write", { connectionId: this.#connectionId, base64 });
        }
      }
    } catch {
      this.close(); // the reader tells why
    } finally {
      this.#sending = false;
      this.#waiting = [];
    }
  }
}

function join(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

function toBase64(bytes: Uint8Array): string {
  let text = "";
  // A spread of all bytes at once would overflow the stack.
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
