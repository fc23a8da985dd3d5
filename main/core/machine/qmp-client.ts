import { connect, type Socket } from "node:net";
import { AppError } from "#core/lib/app-error.ts";
import { parseQmpMessage, type QmpEvent, type QmpMessage } from "./qmp-message.ts";

interface QmpConnectOptions {
  /** For connecting and the greeting: QEMU greets a client only when the one before has left. */
  timeoutMs?: number;
  signal?: AbortSignal;
  onEvent?: (event: QmpEvent) => void;
  /** Once, after the connection is gone for whatever reason. */
  onClose?: () => void;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: AppError): void;
  command: string;
}

const maxLineBytes = 8 * 1024 * 1024;
const defaultTimeoutMs = 5_000;
const retryConnectMs = 25;

/** One connection to a QMP socket, ready for commands. */
export class QmpClient implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  readonly #onEvent: (event: QmpEvent) => void;
  readonly #onClose: () => void;
  #greeted: (() => void) | null = null;
  #received = "";
  #nextId = 1;
  #failure: AppError | null = null;

  private constructor(socket: Socket, options: QmpConnectOptions) {
    this.#socket = socket;
    this.#onEvent = options.onEvent ?? (() => {});
    this.#onClose = options.onClose ?? (() => {});
    socket.setEncoding("utf8");
    socket.on("data", (text: string) => this.#take(text));
    const gone = (cause?: Error): void =>
      this.#fail(new AppError("machine-not-running", "QEMU closed its control connection", { cause }));
    socket.on("error", gone);
    socket.on("close", () => {
      gone();
      this.#onClose();
    });
  }

  /**
   * Throws `machine-not-running` when nobody listens, `machine-busy` when QEMU does not greet in time (it
   * serves another client), `protocol`, `cancelled`.
   */
  static async connect(path: string, options: QmpConnectOptions = {}): Promise<QmpClient> {
    const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
    const deadlineMs = performance.now() + timeoutMs;
    const socket = await openSocket(path, deadlineMs, options.signal);
    const client = new QmpClient(socket, options);
    try {
      await client.#limited(
        new Promise<void>((resolve, reject) => {
          client.#greeted = resolve;
          client.#pending.set(0, { resolve: () => {}, reject, command: "greeting" });
        }),
        Math.max(1, deadlineMs - performance.now()),
        options.signal,
        () => new AppError("machine-busy", "Another program holds QEMU's control connection", busyOptions),
      );
      client.#pending.delete(0);
      await client.execute("qmp_capabilities");
      return client;
    } catch (error) {
      socket.destroy();
      throw error;
    }
  }

  /** Throws `tool-failed` with QEMU's words, `timeout`, `cancelled`, `machine-not-running`, `protocol`. */
  async execute(
    command: string,
    commandArguments: Readonly<Record<string, unknown>> = {},
    options: { timeoutMs?: number; signal?: AbortSignal } = {},
  ): Promise<unknown> {
    if (this.#failure !== null) throw this.#failure;
    const id = this.#nextId++;
    const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, command });
    });
    this.#socket.write(`${JSON.stringify({ execute: command, arguments: commandArguments, id })}\n`);
    try {
      return await this.#limited(
        answer,
        timeoutMs,
        options.signal,
        () => new AppError("timeout", `QEMU did not answer "${command}" within ${timeoutMs} ms`),
      );
    } finally {
      this.#pending.delete(id);
    }
  }

  async close(): Promise<void> {
    if (this.#socket.closed) return;
    const closed = new Promise<void>((resolve) => this.#socket.once("close", () => resolve()));
    this.#socket.destroy();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #take(text: string): void {
    this.#received += text;
    try {
      for (let end = this.#received.indexOf("\n"); end >= 0; end = this.#received.indexOf("\n")) {
        const line = this.#received.slice(0, end).trim();
        this.#received = this.#received.slice(end + 1);
        if (line !== "") this.#dispatch(parseQmpMessage(line));
      }
      if (this.#received.length > maxLineBytes) {
        throw new AppError("protocol", "QEMU's control socket sent a line without an end");
      }
    } catch (error) {
      this.#fail(AppError.from(error));
      this.#socket.destroy();
    }
  }

  #dispatch(message: QmpMessage): void {
    if (message.kind === "event") return this.#onEvent(message.event);
    if (message.kind === "greeting") return this.#greeted?.();
    const pending = message.id === undefined ? undefined : this.#pending.get(message.id);
    if (pending === undefined) return; // an answer whose asker gave up
    if (message.kind === "return") return pending.resolve(message.value);
    pending.reject(
      new AppError("tool-failed", `QEMU refused "${pending.command}": ${message.text}`, {
        hint: "Its words say why; the machine itself goes on.",
        details: { command: pending.command, class: message.errorClass },
      }),
    );
  }

  #fail(error: AppError): void {
    this.#failure ??= error;
    for (const pending of this.#pending.values()) pending.reject(this.#failure);
    this.#pending.clear();
  }

  async #limited<T>(
    work: Promise<T>,
    timeoutMs: number,
    signal: AbortSignal | undefined,
    onTimeout: () => AppError,
  ): Promise<T> {
    const stop = Promise.withResolvers<never>();
    const timer = setTimeout(() => stop.reject(onTimeout()), timeoutMs);
    const onAbort = (): void => stop.reject(new AppError("cancelled", "Cancelled"));
    signal?.addEventListener("abort", onAbort, { once: true });
    try {
      if (signal?.aborted === true) onAbort();
      return await Promise.race([work, stop.promise]);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      work.catch(() => {}); // the loser of the race may still fail; its failure is told by the winner
    }
  }
}

const busyOptions = { hint: "Close the other program that steers this machine.", retry: "later" } as const;

/** Linux answers EAGAIN on a unix socket whose queue of waiting clients is full. */
async function openSocket(path: string, deadlineMs: number, signal?: AbortSignal): Promise<Socket> {
  for (;;) {
    if (signal?.aborted === true) throw new AppError("cancelled", "Cancelled");
    const socket = connect({ path });
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      socket.once("connect", () => resolve(null));
      socket.once("error", resolve);
    });
    if (error === null) {
      socket.removeAllListeners("error");
      return socket;
    }
    if (error.code === "ENOENT" || error.code === "ECONNREFUSED") {
      throw new AppError("machine-not-running", "QEMU is not listening on its control socket", {
        cause: error,
      });
    }
    if (error.code !== "EAGAIN") throw AppError.from(error);
    if (performance.now() > deadlineMs) {
      throw new AppError("machine-busy", "Too many programs wait for QEMU's control connection", busyOptions);
    }
    await new Promise((resolve) => setTimeout(resolve, retryConnectMs));
  }
}

/** Connects, sends one command, lets go. */
export async function qmpCommand(
  path: string,
  command: string,
  commandArguments: Readonly<Record<string, unknown>> = {},
  options: { timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<unknown> {
  await using client = await QmpClient.connect(path, options);
  return await client.execute(command, commandArguments, options);
}

/** How rooms that steer a running QEMU give it one command. */
export type QmpExecute = (
  command: string,
  commandArguments?: Readonly<Record<string, unknown>>,
) => Promise<unknown>;
