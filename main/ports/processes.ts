/** Identity of a process that survives pid reuse: the pid with its start time as the system counts it. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startToken: string;
}

export interface RunOptions {
  signal?: AbortSignal;
  timeoutMs?: number;
  /** Written to stdin, which is then closed. Secrets go here or into `env`, never into argv. */
  input?: string | Uint8Array;
  env?: Readonly<Record<string, string>>;
  /** false: the program gets PATH and what the system cannot do without, and nothing else of ours. */
  inheritEnvironment?: boolean;
  cwd?: string;
  /** Called with pieces of stderr as they come (progress lines). */
  onStderr?: (text: string) => void;
  onStdout?: (text: string) => void;
  /** Answer instead of throwing when the exit code is not 0. */
  allowFailure?: boolean;
}

export interface RunResult {
  code: number | null;
  signal: string | null;
  stdout: string;
  /** The last 64 KiB. */
  stderr: string;
  elapsedMs: number;
}

export interface DetachedOptions {
  cwd: string;
  /** stdout and stderr are appended here. */
  logPath: string;
  env?: Readonly<Record<string, string>>;
}

/** Programs of the host. No shell is ever involved; argv[0] is looked up on PATH. */
export interface Processes {
  /** Absolute path of a program on PATH (also the sbin folders), or null. */
  find(name: string): Promise<string | null>;
  /**
   * Runs to the end. Throws AppError `tool-missing`, `tool-failed` (argv, exit code and stderr in details),
   * `timeout` or `cancelled`; the whole process group is killed in the last two cases.
   */
  run(argv: readonly string[], options?: RunOptions): Promise<RunResult>;
  /** Starts a program in a session of its own that outlives this process. `onExit` is told while we live. */
  spawnDetached(
    argv: readonly string[],
    options: DetachedOptions,
    onExit?: (code: number | null, signal: string | null) => void,
  ): Promise<ProcessIdentity>;
  /** Identity of a living process, or null. */
  identify(pid: number): Promise<ProcessIdentity | null>;
  isAlive(identity: ProcessIdentity): Promise<boolean>;
  /** Sends a signal to exactly this process; does nothing when it is gone. */
  kill(identity: ProcessIdentity, signal: "SIGTERM" | "SIGKILL" | "SIGSTOP" | "SIGCONT"): Promise<void>;
  self(): Promise<ProcessIdentity>;
}
