import { randomInt } from "node:crypto";
import { connect, isIP, type Socket } from "node:net";
import { z } from "zod";
import { printable } from "#core/image/source/binary.ts";
import { AppError } from "#core/lib/app-error.ts";

/**
 * The QEMU guest agent over its virtio-serial channel (QEMU documentation, interop/qemu-ga-ref): JSON lines, no ids,
 * no greeting. What answers is the guest: every answer is bounded and parsed.
 */
const maxAnswerBytes = 1024 * 1024;
const defaultTimeoutMs = 2_000;
/** Answers of an earlier, interrupted talk end at this byte (guest-sync-delimited). */
const delimiter = 0xff;
const maxAddresses = 16;

const AnswerSchema = z.union([
  z.object({ return: z.unknown() }).refine((answer) => "return" in answer),
  z.object({ error: z.object({ class: z.string().max(200).optional(), desc: z.string().max(2_000) }) }),
]);
const InfoSchema = z.object({ version: z.string().regex(/^[\w.+~() -]{1,60}$/) });
/** One interface or address that is told in another form does not hide the others. */
const InterfacesSchema = z
  .array(
    z
      .object({
        name: z.string().max(200),
        "ip-addresses": z.array(z.object({ "ip-address": z.string().max(60) }).catch({ "ip-address": "" })),
      })
      .catch({ name: "", "ip-addresses": [] }),
  )
  .max(1_000);

/** One talk with the agent; the channel serves one at a time. */
export class GuestAgent implements AsyncDisposable {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #wake = (): void => {};
  #failure: AppError | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    const fail = (cause?: Error): void => {
      this.#failure ??= noAgent(cause);
      this.#wake();
    };
    socket.on("data", (piece: Buffer) => {
      this.#received = Buffer.concat([this.#received, piece]);
      if (this.#received.length > maxAnswerBytes) socket.destroy(new Error("An answer without an end"));
      this.#wake();
    });
    socket.on("error", fail);
    socket.on("close", () => fail());
  }

  /** Throws `timeout` when nobody answers (no agent, or another program is talking to it). */
  static async connect(socketPath: string, timeoutMs = defaultTimeoutMs): Promise<GuestAgent> {
    const agent = new GuestAgent(connect({ path: socketPath }));
    try {
      const id = randomInt(2 ** 31);
      const line = JSON.stringify({ execute: "guest-sync-delimited", arguments: { id } });
      agent.#socket.write(Buffer.concat([Buffer.from([delimiter]), Buffer.from(`${line}\n`)]));
      const deadlineMs = performance.now() + timeoutMs;
      for (;;) {
        const text = await agent.#line(deadlineMs);
        const at = text.lastIndexOf(delimiter);
        if (at < 0) continue; // left over from before
        const answer = parseAnswer(text.subarray(at + 1));
        if ("return" in answer && answer.return === id) return agent;
      }
    } catch (error) {
      await agent[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** Throws `tool-failed` (the agent refuses), `timeout`, `protocol`. */
  async execute(
    command: string,
    { given = {}, timeoutMs = defaultTimeoutMs }: { given?: object; timeoutMs?: number } = {},
  ): Promise<unknown> {
    this.#socket.write(`${JSON.stringify({ execute: command, arguments: given })}\n`);
    const answer = parseAnswer(await this.#line(performance.now() + timeoutMs));
    if ("return" in answer) return answer.return;
    throw new AppError(
      "tool-failed",
      `The guest agent refused "${command}": ${printable(answer.error.desc, 200)}`,
    );
  }

  async version(): Promise<string> {
    return parsed(InfoSchema, await this.execute("guest-info")).version;
  }

  /** Without loopback and link-local ones. */
  async addresses(): Promise<string[]> {
    const interfaces = parsed(
      InterfacesSchema,
      await this.execute("guest-network-get-interfaces", { timeoutMs: 5_000 }),
    );
    return interfaces
      .filter(({ name }) => name !== "lo")
      .flatMap((one) => one["ip-addresses"])
      .map((one) => one["ip-address"])
      .filter((address) => isIP(address) !== 0 && !/^(127\.|::1$|fe80:)/i.test(address))
      .slice(0, maxAddresses);
  }

  /** Asks the system to shut down. It answers nothing when it does. */
  async shutdown(): Promise<void> {
    await this.execute("guest-shutdown", { given: { mode: "powerdown" }, timeoutMs: 1_000 }).catch(
      (error: unknown) => {
        const { code } = AppError.from(error);
        if (code !== "timeout" && code !== "machine-not-running") throw error;
      },
    );
  }

  /** Number of filesystems that stand still from now on. */
  async freeze(timeoutMs: number): Promise<number> {
    return parsed(z.number(), await this.execute("guest-fsfreeze-freeze", { timeoutMs }));
  }

  async thaw(): Promise<void> {
    await this.execute("guest-fsfreeze-thaw", { timeoutMs: 5_000 });
  }

  async isFrozen(): Promise<boolean> {
    return (await this.execute("guest-fsfreeze-status")) === "frozen";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.closed) return;
    const closed = new Promise<void>((resolve) => this.#socket.once("close", () => resolve()));
    this.#socket.destroy();
    await closed;
  }

  /** The next line, without its end. */
  async #line(deadlineMs: number): Promise<Buffer> {
    for (;;) {
      const end = this.#received.indexOf(10);
      if (end >= 0) {
        const line = this.#received.subarray(0, end);
        this.#received = this.#received.subarray(end + 1);
        return line;
      }
      if (this.#failure !== null) throw this.#failure;
      const leftMs = deadlineMs - performance.now();
      if (leftMs <= 0) throw new AppError("timeout", "The guest agent does not answer", { retry: "later" });
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** Answers whether the guest's own agent took it on. */
export async function askForShutdown(socketPath: string): Promise<boolean> {
  try {
    await using agent = await GuestAgent.connect(socketPath);
    await agent.shutdown();
    return true;
  } catch {
    return false; // there is a button
  }
}

/** By the hardware clock, which follows the host's. A guest that cannot do that keeps its time. */
export async function setGuestClock(socketPath: string): Promise<void> {
  try {
    await using agent = await GuestAgent.connect(socketPath);
    await agent.execute("guest-set-time");
  } catch {
    // its own time service will
  }
}

const noAgent = (cause?: Error): AppError =>
  new AppError("machine-not-running", "The channel to the guest agent is closed", { cause });

function parseAnswer(line: Buffer): z.infer<typeof AnswerSchema> {
  try {
    return AnswerSchema.parse(JSON.parse(line.toString("utf8")));
  } catch (error) {
    throw new AppError("protocol", "The guest agent answered something that is not its protocol", {
      cause: error,
    });
  }
}

function parsed<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new AppError("protocol", "The guest agent's answer has not the form it should have");
}
