import { prettifyError } from "zod";
import type { Procedure } from "#contract/procedure.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Channel } from "./channel.ts";
import { Credit } from "./credit.ts";
import { bytePayloadBytes, byteWindowBytes, itemWindow } from "./flow-limits.ts";
import { encodeBytes, type ServerFrame } from "./frames.ts";

/** Any handler of the contract, seen from the wire: what comes back is told by the procedure's kind. */
export type AnyHandler = (input: unknown, signal: AbortSignal) => unknown;

export function parseInput(procedure: Procedure, input: unknown): unknown {
  const parsed = procedure.input.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join(".") ?? "";
  const message = `${field === "" ? "The input" : `“${field}”`} cannot be used: ${issue?.message ?? ""}`;
  return new AppError("bad-input", message, { details: { problems: prettifyError(parsed.error) } });
}

/** One call or stream that is being answered. After `abort` it says nothing more: the caller has gone. */
export class OpenCall {
  readonly #id: number;
  readonly #procedure: Procedure;
  readonly #channel: Channel;
  readonly #validate: boolean;
  readonly #controller = new AbortController();
  readonly #bytes = new Credit(byteWindowBytes);
  readonly #items = new Credit(itemWindow);

  constructor(id: number, procedure: Procedure, channel: Channel, validate: boolean) {
    this.#id = id;
    this.#procedure = procedure;
    this.#channel = channel;
    this.#validate = validate;
  }

  abort(): void {
    this.#controller.abort(new AppError("cancelled", "Cancelled"));
  }

  grant(bytes: number, items: number): void {
    this.#bytes.grant(bytes);
    this.#items.grant(items);
  }

  /** Never rejects. */
  async run(handler: AnyHandler, input: unknown): Promise<void> {
    try {
      await this.#answer(handler, input);
    } catch (thrown) {
      const error = AppError.from(thrown).toWire();
      try {
        this.#send({ t: "error", id: this.#id, error });
      } catch {
        // Details are free-form and may hold what JSON cannot say; the message must arrive all the same.
        this.#send({ t: "error", id: this.#id, error: { ...error, details: {} } });
      }
    }
  }

  async #answer(handler: AnyHandler, input: unknown): Promise<void> {
    const procedure = this.#procedure;
    const answer = handler(input, this.#controller.signal);
    if (procedure.kind === "bytes") {
      await this.#sendBytes(answer as AsyncIterable<Uint8Array>);
      this.#send({ t: "end", id: this.#id });
    } else if (procedure.kind === "stream") {
      await this.#sendItems(answer as AsyncIterable<unknown>, procedure);
      this.#send({ t: "end", id: this.#id });
    } else {
      const value: unknown = await answer;
      this.#send({
        t: "result",
        id: this.#id,
        value: this.#validate ? procedure.output.parse(value) : value,
      });
    }
  }

  /** Pulls a chunk only while there is credit, so that at most the window plus one chunk is ever read ahead. */
  async #sendBytes(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const { signal } = this.#controller;
    for await (const chunk of chunks) {
      let rest = chunk;
      while (rest.byteLength > 0) {
        const sent = await this.#bytes.take(Math.min(rest.byteLength, bytePayloadBytes), signal);
        if (sent === 0) return;
        this.#channel.send(encodeBytes(this.#id, rest.subarray(0, sent)));
        rest = rest.subarray(sent);
      }
      if (!(await this.#bytes.available(signal))) return;
    }
  }

  async #sendItems(items: AsyncIterable<unknown>, procedure: Procedure & { kind: "stream" }): Promise<void> {
    const { signal } = this.#controller;
    for await (const item of items) {
      if ((await this.#items.take(1, signal)) === 0) return;
      this.#send({ t: "item", id: this.#id, value: this.#validate ? procedure.item.parse(item) : item });
      if (!(await this.#items.available(signal))) return;
    }
  }

  #send(frame: ServerFrame): void {
    if (!this.#controller.signal.aborted) this.#channel.send(JSON.stringify(frame));
  }
}
