import { endMark, markEnd, textBefore } from "#core/console/end-mark.ts";
import type { ConsoleSession } from "#core/console/console-session.ts";

/** Typed as they are: nothing that a shell's history or line editor would take for its own. */
const simpleLine = /^[^\n\t!#\\]{1,200}$/;
const file = "/tmp/.goldsmith-script";

/**
 * Runs a shell script where a shell waits on the console, and answers what it printed. Its end is told by a mark with
 * the exit code; the typed line holds only the mark's format, so its echo cannot be taken for it. A longer script is
 * typed as base64 into a file, so that no line editor changes it.
 */
export async function runOnConsole(
  session: ConsoleSession,
  script: string,
  options: { signal: AbortSignal; timeoutMs: number },
): Promise<{ exitCode: number; output: string }> {
  const text = script.trim();
  if (simpleLine.test(text)) await session.lineSeen(`( ${text} )${markEnd}`, options);
  else {
    await session.lineSeen(`base64 -d > ${file} << '@@'`, options);
    for (const line of Buffer.from(`${script}\n`)
      .toString("base64")
      .match(/.{1,72}/g) ?? [])
      await session.lineSeen(line, options);
    await session.lineSeen("@@", options);
    await session.lineSeen(`sh ${file} < /dev/null${markEnd}; rm -f ${file}`, options);
  }
  const match = await session.waitFor(endMark, options);
  await session.waitForPrompt(/[#$%>] ?$/, { ...options, timeoutMs: 60_000 });
  return { exitCode: Number(match[1]), output: textBefore(match) };
}
