import { z } from "zod";
import type { MachinePower } from "#contract/machine.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Ports } from "#ports/ports.ts";
import type { ProcessIdentity } from "#ports/processes.ts";
import { QmpClient, qmpCommand } from "./qmp-client.ts";
import type { QmpEvent } from "./qmp-message.ts";
import type { MachineSockets } from "./qemu-args.ts";

interface FollowerHandlers {
  onPower(power: MachinePower): void;
  onShutdown(reason: string): void;
  /** A read or write of the guest failed on the host and QEMU has paused it. `noSpace`: the host's disk is full. */
  onDiskError(noSpace: boolean): void;
  /** Once, when the process is gone. */
  onEnd(): void;
}

/** While another copy of the app hears the events, and as a guard against a QEMU that dies without a word. */
const pollMs = 1_000;
const greetingMs = 1_000;
const closingMs = 100;

/** QMP `query-status` (RunState); states that are over within moments count as running. */
const StatusSchema = z.object({ status: z.string() });
const pausedStates = new Set(["paused", "io-error", "internal-error", "guest-panicked", "suspended"]);

/** QMP `query-block`: what the last request of a device came to. */
const BlocksSchema = z.array(z.object({ "io-status": z.string().optional() }));
const DiskErrorSchema = z.object({ action: z.string(), nospace: z.boolean().optional() });
const ShutdownSchema = z.object({ reason: z.string() });

/**
 * Follows one running QEMU: by its events where it can have them (one client at a time can), else by asking.
 * Only a look at the process decides that it has ended.
 */
export class RunFollower {
  readonly #ports: Pick<Ports, "processes" | "log">;
  readonly #identity: ProcessIdentity;
  readonly #sockets: MachineSockets;
  readonly #handlers: FollowerHandlers;
  readonly #stop = new AbortController();
  #events: QmpClient | null = null;
  #look: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    ports: Pick<Ports, "processes" | "log">,
    run: { identity: ProcessIdentity; sockets: MachineSockets },
    handlers: FollowerHandlers,
  ) {
    this.#ports = ports;
    this.#identity = run.identity;
    this.#sockets = run.sockets;
    this.#handlers = handlers;
  }

  /** Resolves after the first look. */
  async start(): Promise<void> {
    await this.look();
    if (this.#stop.signal.aborted) return;
    this.#timer = setInterval(() => void this.look(), pollMs);
    this.#timer.unref();
  }

  /** Looks whether the process lives and how it stands. */
  look(): Promise<void> {
    this.#look ??= this.#lookOnce().finally(() => (this.#look = null));
    return this.#look;
  }

  async close(): Promise<void> {
    this.#stop.abort();
    clearInterval(this.#timer);
    await this.#look;
    await this.#events?.close();
  }

  async #lookOnce(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    if (!(await this.#ports.processes.isAlive(this.#identity))) return this.#end();
    if (this.#events !== null) return; // its events tell
    try {
      await this.#listen();
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      const { code, message } = AppError.from(error);
      if (code !== "machine-busy" && code !== "machine-not-running") {
        this.#ports.log.warn("Cannot follow a machine's events", { code, message });
      }
      await this.#ask((command) => qmpCommand(this.#sockets.control, command, {}, { timeoutMs: greetingMs }));
    }
  }

  async #listen(): Promise<void> {
    const client = await QmpClient.connect(this.#sockets.events, {
      timeoutMs: greetingMs,
      signal: this.#stop.signal,
      onEvent: (event) => this.#hear(event),
      onClose: () => {
        this.#events = null;
        // QEMU closes its sockets moments before the process is gone.
        setTimeout(() => void this.look(), closingMs);
      },
    });
    this.#events = client;
    await this.#ask((command) => client.execute(command));
  }

  /** A QEMU that does not answer is busy or ending: what was known stays until it answers or is gone. */
  async #ask(execute: (command: string) => Promise<unknown>): Promise<void> {
    try {
      const { status } = StatusSchema.parse(await execute("query-status"));
      const blocks = status === "io-error" ? BlocksSchema.parse(await execute("query-block")) : null;
      if (this.#stop.signal.aborted) return;
      this.#handlers.onPower(pausedStates.has(status) ? "paused" : "running");
      // The event of it came when nobody was here to hear.
      if (blocks !== null) this.#handlers.onDiskError(blocks.some((one) => one["io-status"] === "nospace"));
    } catch (error) {
      this.#ports.log.info("A machine did not tell its status", { message: AppError.from(error).message });
    }
  }

  #hear({ name, data }: QmpEvent): void {
    if (this.#stop.signal.aborted) return;
    if (name === "STOP" || name === "SUSPEND") this.#handlers.onPower("paused");
    else if (name === "RESUME" || name === "WAKEUP" || name === "RESET") this.#handlers.onPower("running");
    else if (name === "POWERDOWN") this.#handlers.onPower("stopping");
    else if (name === "SHUTDOWN") {
      const shutdown = ShutdownSchema.safeParse(data);
      this.#handlers.onShutdown(shutdown.success ? shutdown.data.reason : "unknown");
    } else if (name === "BLOCK_IO_ERROR") {
      const problem = DiskErrorSchema.safeParse(data);
      if (problem.success && problem.data.action === "stop") {
        this.#handlers.onDiskError(problem.data.nospace === true);
      }
    }
  }

  #end(): void {
    this.#stop.abort();
    clearInterval(this.#timer);
    this.#handlers.onEnd();
  }
}
