import { StringDecoder } from "node:string_decoder";
import { AppError } from "#core/lib/app-error.ts";
import { defineCommand, firstPositional, flag, textOption } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";
import { findByName } from "../find-by-name.ts";
import { enterRaw } from "../terminal/raw-mode.ts";

/** Ctrl-], as for the console. */
const detachKey = 0x1d;

export const guestShellCommand = defineCommand({
  words: ["guest", "shell"],
  summary: "A shell in a running guest over SSH; Ctrl-] ends it",
  positionals: [{ name: "MACHINE", required: true, many: false }],
  options: {
    user: { type: "string", value: "NAME", help: "User to log in as (default: who was authorized)" },
    host: { type: "boolean", help: "A shell of this computer in the machine's folder instead" },
  },
  examples: ["goldsmith guest shell web", "goldsmith guest shell web --host"],
  async run(context) {
    const session = await context.session();
    const machines = Object.values(session.state.machines);
    const { id } = findByName("machine", firstPositional(context), machines);
    const { client } = session;
    const username = textOption(context, "user");
    const { terminalId } = await client.call(
      "terminals.open",
      {
        machineId: id,
        kind: flag(context, "host") ? "host" : "ssh",
        columns: process.stdout.columns ?? 80,
        rows: process.stdout.rows ?? 24,
        ...(username === undefined ? {} : { username }),
      },
      context.signal,
    );
    const raw = enterRaw(process.stdin, process.stdout);
    const decoder = new StringDecoder("utf8");
    const close = (): void => void client.call("terminals.close", { terminalId }).catch(() => {}); // ended already
    const onKeys = (piece: Uint8Array): void => {
      const bytes = Buffer.from(piece);
      if (raw.isTerminal && bytes.includes(detachKey)) return close();
      const text = decoder.write(bytes);
      void client.call("terminals.write", { terminalId, text }).catch(() => {}); // the shell has just ended
    };
    const onResize = (): void => {
      const { columns, rows } = process.stdout;
      void client.call("terminals.resize", { terminalId, columns, rows }).catch(() => {});
    };
    process.stdin.on("data", onKeys);
    process.stdout.on("resize", onResize);
    try {
      for await (const piece of client.bytes("terminals.read", { terminalId }, context.signal))
        if (!process.stdout.write(piece))
          await new Promise((resolve) => process.stdout.once("drain", resolve));
    } catch (error) {
      if (!context.signal.aborted) throw AppError.from(error);
    } finally {
      process.stdin.off("data", onKeys);
      process.stdin.pause();
      process.stdout.off("resize", onResize);
      close();
      raw.restore();
    }
    return context.signal.aborted ? exitCodes.cancelled : exitCodes.ok;
  },
});
