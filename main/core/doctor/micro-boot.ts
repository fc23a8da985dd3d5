import type { AcceleratorName } from "#contract/machine.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Clock } from "#ports/ports.ts";
import type { Processes } from "#ports/processes.ts";
import { probeArgv } from "./probe-guest.ts";
import { readProbe } from "./probe-progress.ts";

/** How one boot of the probe guest went, before it is judged. */
export interface ProbeRun {
  /** `told`: right or wrong, the guest said all; `exited`: QEMU ended first; `stopped`: by us, at a limit. */
  readonly end: "told" | "exited" | "time-limit" | "too-slow";
  readonly serial: string;
  readonly stderr: string;
  /** Of QEMU, when it ended by itself. */
  readonly exit: string | null;
  /** From spawn to the last byte or to the end. */
  readonly elapsedMs: number;
  /** Time inside the fixed loop so far; null when it was not reached. */
  readonly loopMs: number | null;
}

export interface MicroBootOptions {
  readonly qemu: string;
  readonly romPath: string;
  readonly timeLimitMs: number;
  /** Longest time in the loop, after which the guest counts as too slow. */
  readonly loopLimitMs: number;
  readonly signal?: AbortSignal;
}

/** A guest says 40 bytes; one that floods the port is stopped. */
const mostSerialBytes = 4096;

/** Boots the probe guest once. Never leaves a process behind; throws only `cancelled` and `tool-missing`. */
export async function microBoot(
  accelerator: AcceleratorName,
  world: { processes: Processes; clock: Clock },
  options: MicroBootOptions,
): Promise<ProbeRun> {
  const { processes, clock } = world;
  const startedMs = clock.nowMs();
  const enough = new AbortController();
  let serial = "";
  let stderr = "";
  const outcome: { end: ProbeRun["end"] } = { end: "exited" };
  let exit: string | null = null;
  let loopStartMs: number | null = null;
  let loopEndMs: number | null = null;
  let lastByteMs: number | null = null;
  let loopTimer: NodeJS.Timeout | undefined;

  const stop = (why: ProbeRun["end"]): void => {
    if (enough.signal.aborted) return;
    outcome.end = why;
    enough.abort();
  };
  const onStdout = (text: string): void => {
    if (enough.signal.aborted) return;
    lastByteMs = clock.nowMs();
    serial = (serial + text).slice(0, mostSerialBytes);
    const progress = readProbe(serial);
    if (progress.loop !== "before" && loopStartMs === null) {
      loopStartMs = lastByteMs;
      loopTimer = setTimeout(() => stop("too-slow"), options.loopLimitMs);
    }
    if (progress.loop === "after" && loopEndMs === null) {
      loopEndMs = lastByteMs;
      clearTimeout(loopTimer);
    }
    if (progress.state !== "running") stop("told");
  };

  const limit = setTimeout(() => stop("time-limit"), options.timeLimitMs);
  const signals = options.signal === undefined ? [enough.signal] : [enough.signal, options.signal];
  try {
    const result = await processes.run(probeArgv(options.qemu, accelerator, options.romPath), {
      signal: AbortSignal.any(signals),
      allowFailure: true,
      onStdout,
      onStderr: (text) => (stderr = (stderr + text).slice(-8192)),
    });
    exit = result.code === null ? `signal ${result.signal}` : `code ${result.code}`;
  } catch (error) {
    if (options.signal?.aborted === true) throw new AppError("cancelled", "Cancelled", { cause: error });
    if (!enough.signal.aborted) throw AppError.from(error);
  } finally {
    clearTimeout(limit);
    clearTimeout(loopTimer);
  }
  const { end } = outcome;
  const endedMs = end === "told" ? (lastByteMs ?? clock.nowMs()) : clock.nowMs();
  const loopMs = loopStartMs === null ? null : (loopEndMs ?? endedMs) - loopStartMs;
  return { end, serial, stderr, exit, elapsedMs: endedMs - startedMs, loopMs };
}
