import { contract, type ProcedureName } from "#contract/contract.ts";
import type { Handlers } from "#core/handlers.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Channel } from "./channel.ts";
import { maxClientFrameBytes, maxOpenCalls } from "./flow-limits.ts";
import { channelId, ClientFrameSchema, parseJson, type ServerFrame } from "./frames.ts";
import { OpenCall, parseInput, type AnyHandler } from "./open-call.ts";

export interface ServeOptions {
  /** Parse what the handlers answer as well. For tests: a defect of ours then fails at the edge. */
  validateOutputs?: boolean;
}

/**
 * Answers the calls that come over one channel until it is closed. Whatever arrives, it goes on serving:
 * a frame that cannot be understood is answered with an error. Closing the channel, or calling the function
 * that is answered, aborts everything that is still open.
 */
export function serveChannel(handlers: Handlers, channel: Channel, options: ServeOptions = {}): () => void {
  const open = new Map<number, OpenCall>();
  const send = (frame: ServerFrame): void => channel.send(JSON.stringify(frame));
  const refuse = (id: number, error: AppError): void => send({ t: "error", id, error: error.toWire() });

  const onFrame = (frame: string | Uint8Array): void => {
    if (typeof frame !== "string")
      return refuse(channelId, unreadable("binary frames flow to the window only"));
    if (frame.length > maxClientFrameBytes) return refuse(channelId, unreadable("the frame is too large"));
    const json = parseJson(frame);
    const parsed = ClientFrameSchema.safeParse(json);
    if (!parsed.success) return refuse(idOf(json), unreadable("the frame has no known shape"));
    const message = parsed.data;
    // Abort and credit may cross the end of their call on the way: an unknown id is no error there.
    if (message.t === "abort") return open.get(message.id)?.abort();
    if (message.t === "credit") return open.get(message.id)?.grant(message.bytes, message.items);
    start(message);
  };

  const start = (message: { t: "call" | "open"; id: number; name: string; input: unknown }): void => {
    const { id, name } = message;
    const running = open.get(id);
    if (running !== undefined) {
      running.abort(); // its answers could no longer be told from those of the new call
      return refuse(id, unreadable(`the id ${id} is in use`));
    }
    if (open.size >= maxOpenCalls) {
      const hint = "Wait until some of them have ended.";
      return refuse(
        id,
        new AppError("rate-limited", `${maxOpenCalls} calls are open`, { hint, retry: "later" }),
      );
    }
    if (!isProcedure(name)) return refuse(id, unreadable(`there is no procedure of this name`));
    const procedure = contract[name];
    const isCall = procedure.kind === "query" || procedure.kind === "command";
    if (isCall !== (message.t === "call")) return refuse(id, unreadable(`${name} is not of this kind`));
    const input = parseInput(procedure, message.input);
    if (input instanceof AppError) return refuse(id, input);
    const call = new OpenCall(id, procedure, channel, options.validateOutputs === true);
    open.set(id, call);
    void call.run(handlers[name] as unknown as AnyHandler, input).finally(() => open.delete(id));
  };

  const stopFrames = channel.onFrame(onFrame);
  const stop = (): void => {
    stopFrames();
    stopClose();
    for (const call of open.values()) call.abort();
  };
  const stopClose = channel.onClose(stop);
  return stop;
}

const isProcedure = (name: string): name is ProcedureName => Object.hasOwn(contract, name);

const unreadable = (why: string): AppError =>
  new AppError("protocol", `A request was not understood: ${why}`);

function idOf(json: unknown): number {
  const id = typeof json === "object" && json !== null && "id" in json ? json.id : null;
  return typeof id === "number" && Number.isInteger(id) && id > 0 && id <= 0xffff_ffff ? id : channelId;
}
