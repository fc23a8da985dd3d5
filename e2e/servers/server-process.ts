import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync } from "node:fs";

/** A server in the foreground, its words in a log file; stopped by its own process id. */
export class ServerProcess {
  readonly name: string;
  readonly logPath: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<string>;

  constructor(argv: readonly [string, ...string[]], logPath: string) {
    const log = openSync(logPath, "a");
    this.name = argv[0];
    this.logPath = logPath;
    this.#child = spawn(argv[0], argv.slice(1), { stdio: ["ignore", log, log] });
    closeSync(log);
    this.#ended = new Promise((resolve) => {
      this.#child.once("error", (error) => resolve(error.message));
      this.#child.once("exit", (code, signal) => resolve(`code ${code}, signal ${signal}`));
    });
  }

  /** Resolves with a word of why, once the server is no longer there. */
  get ended(): Promise<string> {
    return this.#ended;
  }

  /** At once: test servers have nothing to save. One with workers wants to be asked, so that it ends them. */
  async stop(signal: "SIGKILL" | "SIGTERM" = "SIGKILL"): Promise<void> {
    this.#child.kill(signal);
    await this.#ended;
  }
}
