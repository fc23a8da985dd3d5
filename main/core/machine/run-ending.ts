import { AppError } from "#core/lib/app-error.ts";
import { lastWords } from "./log-tail.ts";

/** What is known of how a QEMU ended; null where nobody was there to see it. */
export interface RunEnding {
  readonly name: string;
  readonly argv: readonly string[];
  /** `reason` of QEMU's SHUTDOWN event (QMP reference, ShutdownCause). */
  readonly shutdownReason: string | null;
  readonly exit: { readonly code: number | null; readonly signal: string | null } | null;
  /** Force off was asked for, by this process or another. */
  readonly forced: boolean;
  /** QEMU removes its pid file when it ends in good order, and cannot when it crashes or is killed. */
  readonly pidFileLeft: boolean;
  /** What QEMU wrote to stderr during this run. */
  readonly log: string;
}

/** The error that a person should see, or null when the machine ended as one would expect. */
export function endingError(ending: RunEnding): AppError | null {
  if (ending.forced) return null;
  const details = {
    argv: [...ending.argv],
    exitCode: ending.exit?.code ?? null,
    signal: ending.exit?.signal ?? null,
    stderr: ending.log,
  };
  const died = (how: string, hint: string): AppError => {
    const words = lastWords(ending.log);
    return new AppError("machine-died", `${ending.name} ${how}${words === "" ? "" : `: ${words}`}`, {
      hint,
      retry: "now",
      details,
    });
  };
  if (ending.shutdownReason === "guest-panic") {
    return died("stopped because its kernel panicked", "The end of its transcript says why.");
  }
  if (ending.shutdownReason === "host-signal" || /terminating on signal/.test(ending.log)) {
    return died(
      "was ended by a signal from outside",
      "Start it again; the disk is as a power cut leaves it.",
    );
  }
  if (ending.shutdownReason !== null) return null;
  if (ending.exit?.signal !== null && ending.exit?.signal !== undefined) {
    return died(
      `was ended by ${ending.exit.signal}`,
      "Start it again; the disk is as a power cut leaves it. Many such ends mean that memory is short.",
    );
  }
  if (ending.exit !== null && ending.exit.code !== 0) {
    return died(`stopped: QEMU ended with code ${ending.exit.code}`, "QEMU's last words are in the details.");
  }
  if (ending.pidFileLeft) {
    return died(
      "stopped without shutting down",
      "Start it again; the disk is as a power cut leaves it. QEMU crashed, was killed, or the computer went off.",
    );
  }
  return null;
}
