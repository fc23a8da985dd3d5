import { spawn } from "node:child_process";

/** Between the polite end and the hard one. */
const graceMs = 10_000;

export interface LiveOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** `inherit` for programs that ask the person something. */
  readonly stdin: "ignore" | "inherit";
  readonly limitMs: number;
}

/** Runs a Node program with its output going straight to ours. Resolves with its exit code; null: by a signal. */
export function runLive(args: readonly string[], options: LiveOptions): Promise<number | null> {
  const child = spawn(process.execPath, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: [options.stdin, "inherit", "inherit"],
  });
  const limits = [
    setTimeout(() => {
      console.error(`\n*** Not ended within ${options.limitMs / 60_000} minutes: it is stopped. ***`);
      child.kill("SIGTERM");
    }, options.limitMs),
    setTimeout(() => child.kill("SIGKILL"), options.limitMs + graceMs),
  ];
  return new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  }).finally(() => limits.forEach(clearTimeout));
}
