import { AppError } from "#core/lib/app-error.ts";
import type { ConsoleSession, WaitOptions } from "./console-session.ts";

export interface ConsoleLogin {
  readonly user: string;
  readonly password: string;
  /** What the shell shows when it waits. Default: `$`, `#` or `%` at the cursor. */
  readonly prompt?: string | RegExp;
}

const shellPrompt = /[$#%] ?$/;
/** A getty that was just told something takes this long at most on a busy computer. */
const answerMs = 90_000;
const refused = /(Login incorrect|Authentication failure|Permission denied)[^\n]*/;

/**
 * Logs in where the cursor waits at a login prompt (a shell that waits there already is left as it is). The
 * password goes over the line only when it is asked for, while the guest's echo is off. Throws `unauthorized`,
 * `console-timeout`.
 */
export async function logIn(
  session: ConsoleSession,
  login: ConsoleLogin,
  options: WaitOptions,
): Promise<void> {
  const wanted = login.prompt ?? shellPrompt;
  const shell = typeof wanted === "string" ? new RegExp(escaped(wanted.trimEnd())) : wanted;
  const signals = options.signal === undefined ? {} : { signal: options.signal };
  const atPrompt = await session.waitForPrompt(new RegExp(`login: ?$|${shell.source}`, shell.flags), options);
  if (!atPrompt[0].startsWith("login")) return;
  await session.lineSeen(login.user, signals);
  await session.waitForPrompt(/[Pp]assword(?: for [^:]+)?: ?$/, { ...signals, timeoutMs: answerMs });
  await session.line(login.password);
  const answer = await session.waitUntil(
    "the shell's prompt after the login",
    (view) => {
      const { before, after } = view.cursorLine();
      if (!view.answered || after !== "") return null;
      if (shell.test(before.trimEnd()) || shell.test(before)) return "shell";
      const said = /login: ?$/.test(before) ? view.rows().findLast((row) => refused.test(row)) : undefined;
      return said ?? null;
    },
    { ...signals, timeoutMs: answerMs },
  );
  if (answer === "shell") return;
  throw new AppError("unauthorized", `The guest did not let ${login.user} in: ${answer.trim()}`, {
    hint: "Check the user's name and password.",
    retry: "now",
  });
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
