import { defineCommand, flag, textOption, UsageError } from "../command.ts";
import { exitCodes } from "../exit-codes.ts";

const defaultPort = "0";

export const serveCommand = defineCommand({
  words: ["serve"],
  summary: "Show the window in a browser of this computer",
  details:
    "Prints an address that works for one browser. Nothing but this computer can reach it. Ctrl-C ends it; " +
    "machines go on running.",
  positionals: [],
  options: {
    port: { type: "string", value: "N", help: "Port on 127.0.0.1 (default: any free one)" },
    open: { type: "boolean", help: "Open the address in the default browser" },
  },
  examples: ["goldsmith serve --open", "goldsmith serve --port 8080"],
  async run(context) {
    const text = textOption(context, "port") ?? defaultPort;
    const port = Number(text);
    if (!/^\d{1,5}$/.test(text) || port > 65535)
      throw new UsageError(`--port ${text} is no port (0 to 65535)`);
    const { serve } = await import("#hosts/node/serve.ts");
    await serve({ port, open: flag(context, "open") });
    return exitCodes.ok;
  },
});
