import { spawn } from "node:child_process";
import { constants } from "node:fs";
import { access, open, readFile } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { AppError } from "#core/lib/app-error.ts";
import type { DetachedOptions, ProcessIdentity, Processes, RunOptions, RunResult } from "#ports/processes.ts";

const keepStderrBytes = 64 * 1024;
const keepStdoutBytes = 64 * 1024 * 1024;

/** Programs live in sbin on Debian for root only, and in Homebrew's folder on a Mac started from the Dock. */
const extraFolders =
  process.platform === "win32"
    ? ["C:\\Program Files\\qemu"]
    : ["/usr/local/bin", "/opt/homebrew/bin", "/usr/sbin", "/sbin", "/usr/local/sbin"];

async function find(name: string): Promise<string | null> {
  if (isAbsolute(name)) return (await isExecutable(name)) ? name : null;
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), ...extraFolders].filter((f) => f !== "");
  const suffixes = process.platform === "win32" ? [".exe", ".cmd", ""] : [""];
  for (const folder of folders) {
    for (const suffix of suffixes) {
      const candidate = join(folder, name + suffix);
      if (await isExecutable(candidate)) return candidate;
    }
  }
  return null;
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  );

async function resolveArgv(argv: readonly string[]): Promise<{ program: string; args: string[] }> {
  const [name, ...args] = argv;
  if (name === undefined) throw new AppError("internal", "An empty command line was to be run");
  const program = await find(name);
  if (program === null) {
    throw new AppError("tool-missing", `${name} is not installed`, { details: { program: name } });
  }
  return { program, args };
}

/**
 * What we wait for is of no use when we are gone, and would go on writing into files that the next start of the app
 * works on. When this process is killed no code of ours runs any more: on Linux the kernel ends the program then
 * (setpriv(1), prctl(2) PR_SET_PDEATHSIG).
 */
async function endingWithUs(argv: readonly string[]): Promise<{ program: string; args: string[] }> {
  const resolved = await resolveArgv(argv);
  if (process.platform !== "linux") return resolved;
  setpriv ??= find("setpriv");
  const wrapper = await setpriv;
  if (wrapper === null) return resolved;
  return { program: wrapper, args: ["--pdeathsig", "KILL", "--", resolved.program, ...resolved.args] };
}
let setpriv: Promise<string | null> | undefined;

/**
 * Process groups that `run` waits for. They are of no use to anybody once this process is gone, and being in
 * groups of their own they get no Ctrl-C from the terminal.
 */
const running = new Set<number>();
process.once("exit", () => {
  for (const pid of running) killGroup(pid);
});

async function run(argv: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { program, args } = await endingWithUs(argv);
  if (options.signal?.aborted === true) throw new AppError("cancelled", "Cancelled");
  const startedMs = performance.now();
  const child = spawn(program, args, {
    detached: process.platform !== "win32",
    stdio: ["pipe", "pipe", "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...(options.inheritEnvironment === false ? bareEnvironment() : process.env), ...options.env },
  });
  if (child.pid !== undefined) running.add(child.pid);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    options.onStdout?.(text);
    if (stdout.length < keepStdoutBytes) stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    options.onStderr?.(text);
    stderr = (stderr + text).slice(-keepStderrBytes);
  });
  child.stdin.on("error", () => {}); // a program that does not read its input closes it: EPIPE is no news
  child.stdin.end(options.input ?? "");
  let stopped: "timeout" | "cancelled" | null = null;
  const stop = (why: "timeout" | "cancelled") => (): void => {
    stopped ??= why;
    killGroup(child.pid);
  };
  const onAbort = stop("cancelled");
  options.signal?.addEventListener("abort", onAbort, { once: true });
  const timer = options.timeoutMs === undefined ? undefined : setTimeout(stop("timeout"), options.timeoutMs);
  try {
    const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
      child.once("error", (error) => reject(AppError.from(error)));
      child.once("close", (c, s) => resolve([c, s]));
    });
    const result = { code, signal, stdout, stderr, elapsedMs: performance.now() - startedMs };
    if (stopped === "cancelled") throw new AppError("cancelled", "Cancelled");
    if (stopped === "timeout") {
      throw new AppError("timeout", `${argv[0]} did not finish within ${options.timeoutMs} ms`, {
        details: { argv: [...argv], stderr },
      });
    }
    if (code !== 0 && options.allowFailure !== true) throw failure(argv, result);
    return result;
  } finally {
    if (child.pid !== undefined) running.delete(child.pid);
    clearTimeout(timer);
    options.signal?.removeEventListener("abort", onAbort);
  }
}

/** No proxies, tokens, preloads or locale of the user. Windows programs do not start without SystemRoot. */
function bareEnvironment(): Record<string, string> {
  const kept = process.platform === "win32" ? ["PATH", "SystemRoot", "TEMP"] : ["PATH"];
  const entries = kept.map((name) => [name, process.env[name] ?? ""]);
  return { ...Object.fromEntries(entries), LC_ALL: "C" };
}

function failure(argv: readonly string[], result: RunResult): AppError {
  const lastLine = result.stderr.trim().split("\n").at(-1) ?? "";
  const how = result.code === null ? `was ended by ${result.signal}` : `ended with code ${result.code}`;
  return new AppError("tool-failed", `${argv[0]} ${how}${lastLine === "" ? "" : `: ${lastLine}`}`, {
    details: { argv: [...argv], exitCode: result.code, stderr: result.stderr },
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === "win32" ? pid : -pid, "SIGKILL");
  } catch {
    // already gone
  }
}

async function spawnDetached(
  argv: readonly string[],
  options: DetachedOptions,
  onExit?: (code: number | null, signal: string | null) => void,
): Promise<ProcessIdentity> {
  const { program, args } = await resolveArgv(argv);
  const log = await open(options.logPath, "a");
  try {
    const child = spawn(program, args, {
      detached: true,
      cwd: options.cwd,
      stdio: ["ignore", log.fd, log.fd],
      env: { ...process.env, ...options.env },
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", () => resolve());
      child.once("error", reject);
    });
    if (onExit !== undefined) child.once("exit", onExit);
    child.unref();
    if (child.pid === undefined) throw new AppError("internal", `${program} was started without a pid`);
    return (await identify(child.pid)) ?? { pid: child.pid, startToken: "exited" };
  } finally {
    await log.close();
  }
}

/** Field 22 of /proc/PID/stat (proc(5)): start time in clock ticks. Elsewhere `ps -o lstart`. */
async function identify(pid: number): Promise<ProcessIdentity | null> {
  if (process.platform === "linux") {
    try {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (fields[0] === "Z") return null;
      return { pid, startToken: fields[19] ?? "" };
    } catch {
      return null;
    }
  }
  if (process.platform === "win32") {
    try {
      process.kill(pid, 0);
      return { pid, startToken: "unknown" };
    } catch {
      return null;
    }
  }
  const result = await run(["ps", "-o", "lstart=", "-p", String(pid)], { allowFailure: true });
  const started = result.stdout.trim();
  return started === "" ? null : { pid, startToken: started };
}

const isAlive = async (identity: ProcessIdentity): Promise<boolean> =>
  (await identify(identity.pid))?.startToken === identity.startToken;

async function kill(identity: ProcessIdentity, signal: NodeJS.Signals): Promise<void> {
  if (!(await isAlive(identity))) return;
  try {
    process.kill(identity.pid, signal);
  } catch {
    // gone between the question and the signal
  }
}

async function self(): Promise<ProcessIdentity> {
  const identity = await identify(process.pid);
  if (identity === null) throw new AppError("internal", "This process cannot see itself");
  return identity;
}

export const nodeProcesses: Processes = { find, run, spawnDetached, identify, isAlive, kill, self };
