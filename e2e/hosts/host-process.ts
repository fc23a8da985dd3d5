import { fork, spawn, type ChildProcess } from "node:child_process";

/** How long a host may take to say where it is, on a busy machine. */
const startLimitMs = 60_000;
const endLimitMs = 15_000;

/** A child process whose words are kept and whose end can be awaited. */
export class HostProcess {
  readonly child: ChildProcess;
  readonly #gone: Promise<void>;
  #said = "";

  private constructor(child: ChildProcess) {
    this.child = child;
    this.#gone = new Promise((resolve) => child.once("exit", () => resolve()));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (this.#said += text));
    }
  }

  static spawn(argv: readonly string[], cwd: string, env: Record<string, string>): HostProcess {
    return new HostProcess(spawn(process.execPath, argv, { cwd, env, stdio: ["ignore", "pipe", "pipe"] }));
  }

  /** With a channel for messages (`child.send`, "message"). */
  static fork(
    modulePath: string,
    args: readonly string[],
    cwd: string,
    env: Record<string, string>,
  ): HostProcess {
    return new HostProcess(fork(modulePath, args, { cwd, env, silent: true }));
  }

  get said(): string {
    return this.#said;
  }

  /** The first thing that `find` finds; rejects with the process's own words when it ends or stays silent. */
  async waitFor<T>(what: string, find: (tell: (found: T) => void) => void): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        const fail = (why: string): void => reject(new Error(`No ${what}: ${why}\n${this.#said}`));
        timer = setTimeout(() => fail(`nothing within ${startLimitMs} ms`), startLimitMs);
        void this.#gone.then(() => fail("the process has ended"));
        find(resolve);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Resolves when it is gone; a polite end that takes too long is a failure, not a reason to wait. */
  async end(ask: () => void): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    ask();
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        this.child.kill("SIGKILL");
        reject(new Error(`The app did not end within ${endLimitMs} ms\n${this.#said}`));
      }, endLimitMs);
    });
    await Promise.race([this.#gone, limit]).finally(() => clearTimeout(timer));
  }
}
