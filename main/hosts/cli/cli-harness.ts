import type { CallName } from "#contract/contract.ts";
import { AppError } from "#core/lib/app-error.ts";
import { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import { commands } from "./commands.ts";
import type { ExitCode } from "./exit-codes.ts";
import { runCli } from "./run-cli.ts";
import type { Sink } from "./terminal/output.ts";
import type { Prompt } from "./terminal/prompt.ts";

type FakeCall = (input: never, signal: AbortSignal | undefined) => unknown;

export interface CliRun {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface FakeWorld {
  readonly store?: StateStore;
  /** What the core answers; a call that is not named here is a failure of the test. */
  readonly calls?: Partial<Record<CallName, FakeCall>>;
  readonly env?: Record<string, string>;
  readonly signal?: AbortSignal;
  readonly terminal?: boolean;
  readonly prompt?: Partial<Prompt>;
  /** What a command asks of the world itself. */
  readonly ports?: Partial<Ports>;
}

/** For tests: one run of the command line over a core that is played by functions. */
export async function runFake(argv: readonly string[], world: FakeWorld = {}): Promise<CliRun> {
  const store = world.store ?? new StateStore();
  const written = { stdout: "", stderr: "" };
  const sink = (name: keyof typeof written): Sink => ({
    write: (text, done) => {
      written[name] += typeof text === "string" ? text : Buffer.from(text).toString("utf8");
      done?.();
    },
    isTTY: world.terminal === true,
    columns: 100,
  });
  const call = async (name: CallName, input: unknown, signal?: AbortSignal): Promise<unknown> => {
    const answer = world.calls?.[name];
    if (answer === undefined) throw new AppError("internal", `Unexpected call of ${name}`);
    return answer(input as never, signal);
  };
  const code = await runCli(
    {
      argv,
      stdout: sink("stdout"),
      stderr: sink("stderr"),
      env: world.env ?? {},
      signal: world.signal ?? new AbortController().signal,
      prompt: {
        canAsk: false,
        confirm: async () => false,
        secret: async () => "",
        lines: async () => [],
        ...world.prompt,
      },
      createPorts: async () => (world.ports ?? {}) as Ports,
      openSession: async () => ({
        client: { call: call as never, stream: nothing as never, bytes: nothing as never },
        state: store.state,
        async *changes(signal) {
          for await (const _ of store.watch(signal)) yield;
        },
        close: async () => {},
      }),
    },
    commands,
  );
  return { code, ...written };
}

const nothing = (): never => {
  throw new AppError("internal", "Unexpected stream");
};
