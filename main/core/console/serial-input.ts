import { connect, type Socket } from "node:net";
import { AppError } from "#core/lib/app-error.ts";
import type { Clock } from "#ports/ports.ts";
import type { TypingTurn } from "./typing-turn.ts";

interface SerialInputDeps {
  /** The socket of the running QEMU; throws `machine-not-running`. */
  socketPath: () => string;
  /** Whether nobody is connected to that socket (asked over QMP). */
  isFree: () => Promise<boolean>;
  turn: TypingTurn;
  clock: Clock;
}

/** Long enough to span the pauses of someone who types, short enough for another process to get its turn. */
const idleMs = 2_000;
/** How long to wait for another process, or for a guest that has not taken what was typed before. */
const turnMs = 5_000;
/** On the way out: how long a guest may take to read what it was sent. */
const flushMs = 5_000;
const pieceBytes = 4096;
const retryMs = 50;

/**
 * The typing side of a serial port. QEMU's socket serves one client at a time, so the connection is made on
 * demand and let go after some idle seconds. QEMU 7.2 throws away what a client that hangs up has sent and the
 * guest has not read yet (measured: of 20,000 bytes 8 arrived). A half-closed connection is read to its end and
 * then closed by QEMU; so that is how it is let go, and QEMU's closing is the proof that nothing was lost.
 */
export class SerialInput {
  readonly #deps: SerialInputDeps;
  /** Open for writing. */
  #socket: Socket | null = null;
  /** Until QEMU has closed it, also after it was half-closed here. */
  #held: Socket | null = null;
  #released: Promise<void> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(deps: SerialInputDeps) {
    this.#deps = deps;
  }

  /** Resolves when the socket has taken all bytes. Writes go out one after the other, in the order of calls. */
  write(text: string, signal?: AbortSignal): Promise<void> {
    const turn = this.#last.then(() => this.#write(Buffer.from(text), signal));
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** Waits (for a bounded time) until the guest has what was sent, then lets go. */
  async close(): Promise<void> {
    await this.#last;
    this.#release();
    if (!(await this.#within(flushMs, this.#released))) this.#held?.destroy();
    await this.#released;
  }

  async #write(bytes: Uint8Array, signal?: AbortSignal): Promise<void> {
    clearTimeout(this.#idle);
    try {
      for (let start = 0; start < bytes.length; start += pieceBytes) {
        if (signal?.aborted === true) throw new AppError("cancelled", "Cancelled");
        const socket = this.#socket ?? (await this.#open(signal));
        await taken(socket, bytes.subarray(start, start + pieceBytes), signal);
      }
    } finally {
      if (this.#socket !== null) this.#idle = setTimeout(() => this.#release(), idleMs);
    }
  }

  async #open(signal?: AbortSignal): Promise<Socket> {
    const { clock, turn, isFree, socketPath } = this.#deps;
    socketPath(); // a machine that is off is told at once
    if (!(await this.#within(turnMs, this.#released))) {
      throw new AppError("machine-busy", "The guest does not take what was typed before", {
        hint: "It reads its serial port later in its boot, or it has none: look at its transcript.",
        retry: "later",
      });
    }
    const deadlineMs = clock.nowMs() + turnMs;
    await turn.take(turnMs, signal);
    try {
      while (!(await isFree())) {
        if (clock.nowMs() >= deadlineMs) {
          throw new AppError("machine-busy", "Another program is connected to the serial port", {
            hint: "Close it, then type again.",
            retry: "later",
          });
        }
        await clock.sleep(retryMs, signal);
      }
      return this.#hold(await connected(socketPath()));
    } catch (error) {
      await turn.release();
      throw error;
    }
  }

  #hold(socket: Socket): Socket {
    this.#socket = socket;
    this.#held = socket;
    this.#released = new Promise((resolve) => {
      socket.once("close", () => {
        this.#socket = null;
        this.#held = null;
        void this.#deps.turn.release().then(resolve, resolve);
      });
    });
    // What the guest prints also comes this way; the transcript has it. Unread it would stall the guest.
    socket.resume();
    socket.on("error", () => {}); // "close" follows; a write under way is told by its own callback
    return socket;
  }

  #release(): void {
    clearTimeout(this.#idle);
    this.#socket?.end();
    this.#socket = null;
  }

  async #within(timeoutMs: number, work: Promise<void>): Promise<boolean> {
    const stop = new AbortController();
    const late = this.#deps.clock.sleep(timeoutMs, stop.signal).then(
      () => false,
      () => false,
    );
    const inTime = await Promise.race([work.then(() => true), late]);
    stop.abort();
    return inTime;
  }
}

async function connected(path: string): Promise<Socket> {
  const socket = connect({ path });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return socket;
  } catch (error) {
    throw new AppError("machine-not-running", "The machine's serial port does not answer", { cause: error });
  }
}

async function taken(socket: Socket, piece: Uint8Array, signal?: AbortSignal): Promise<void> {
  const stop = Promise.withResolvers<never>();
  const onAbort = (): void => stop.reject(new AppError("cancelled", "Cancelled"));
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    const sent = new Promise<void>((resolve, reject) => {
      socket.write(piece, (error) => {
        if (error === null || error === undefined) resolve();
        else
          reject(
            new AppError("machine-not-running", "The machine stopped while it was typed at", {
              cause: error,
            }),
          );
      });
    });
    await Promise.race([sent, stop.promise]);
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}
