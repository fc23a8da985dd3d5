import { endMark, markEnd, textBefore } from "#core/console/end-mark.ts";
import type { ConsoleSession } from "#core/console/console-session.ts";
import { AppError } from "#core/lib/app-error.ts";

/** How long one command may take in a guest under emulation on a busy computer. */
const commandTimeoutMs = 180_000;
const loginTimeoutMs = 60_000;

export interface Login {
  readonly user: string;
  readonly password: string;
}

/**
 * Logs in on the serial console and becomes root. The password goes over the line only while the guest's echo is
 * off, so the transcript never shows it. The shells keep no history.
 */
export async function becomeRoot(session: ConsoleSession, login: Login, signal: AbortSignal): Promise<void> {
  const options = { timeoutMs: loginTimeoutMs, signal };
  await session.line(login.user);
  await session.waitFor("Password: ", options);
  await session.line(login.password);
  const answer = await session.waitFor(/Login incorrect|\$ $/, options);
  if (answer[0] === "Login incorrect") {
    throw new AppError("tool-failed", "The new system did not take the password that was just set", {
      retry: "now",
    });
  }
  await session.line("unset HISTFILE; sudo -i");
  await session.waitFor(/password for [^:]+: /, options);
  await session.line(login.password);
  await session.waitFor(/# $/, options);
  await session.line("unset HISTFILE; export SYSTEMD_PAGER=; stty -echo");
  await runInGuest(session, "true", signal);
}

/**
 * Runs one command line in the root shell and answers what it printed. The end is told by a mark with the exit
 * code; the typed line holds the mark's format only, so an echo cannot be taken for it.
 */
export async function runInGuest(
  session: ConsoleSession,
  command: string,
  signal: AbortSignal,
): Promise<string> {
  await session.line(`${command}${markEnd}`);
  const match = await session.waitFor(endMark, { timeoutMs: commandTimeoutMs, signal });
  const output = textBefore(match);
  if (match[1] === "0") return output;
  throw new AppError("tool-failed", `A command in the guest ended with code ${match[1]}: ${command}`, {
    hint: "The machine is kept as it is; look at its console.",
    retry: "now",
    details: { command, exitCode: Number(match[1]), output: output.slice(-4000) },
  });
}
