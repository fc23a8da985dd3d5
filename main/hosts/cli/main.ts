import { createNodePorts } from "#system/node-ports.ts";
import { commands } from "./commands.ts";
import { exitCodes } from "./exit-codes.ts";
import { runCli } from "./run-cli.ts";
import { createPrompt } from "./terminal/prompt.ts";

/**
 * The command line as a program. The first Ctrl-C cancels cleanly and is waited for, the second one quits at
 * once. A reader that went away (`| head`) is no error: what is written after that is dropped.
 */
const interrupt = new AbortController();
const onSignal = (): void => {
  if (interrupt.signal.aborted) process.exit(exitCodes.cancelled);
  interrupt.abort();
};
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
  });
}

/** What these do stays on this computer; the system's certificates would be a good part of their time. */
const localCommands = new Set(["inspect", "check", "ls", "cat", "compact", "doctor"]);
async function reachNetwork(): Promise<void> {
  if (localCommands.has(process.argv[2] ?? "")) return;
  const { useNetwork } = await import("#system/use-network.ts");
  for (const problem of await useNetwork()) process.stderr.write(`${problem}\n`);
}

const code = await runCli(
  {
    argv: process.argv.slice(2),
    stdout: process.stdout,
    stderr: process.stderr,
    prompt: createPrompt(process.stdin, process.stderr, interrupt.signal),
    env: process.env,
    signal: interrupt.signal,
    createPorts: createNodePorts,
    // Loaded when it is needed: help and usage errors must be there at once.
    openSession: async (ports) => {
      const [{ openSession }] = await Promise.all([import("./session.ts"), reachNetwork()]);
      return openSession(ports);
    },
  },
  commands,
);
// Pipes are written asynchronously: what is still on its way must arrive before the process ends.
await Promise.all(
  [process.stdout, process.stderr].map((stream) => new Promise((done) => stream.write("", done))),
);
process.exit(code);
