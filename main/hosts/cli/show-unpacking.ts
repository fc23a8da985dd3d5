import type { Session } from "./command.ts";
import type { Output } from "./terminal/output.ts";
import { unpackingText } from "./unpacking-text.ts";

/** Keeps the status line up to date until the check of this key ends. Never fails: it is only for the eye. */
export async function showUnpacking(
  session: Session,
  key: string,
  signal: AbortSignal,
  err: Output,
  word: string,
): Promise<void> {
  try {
    for await (const { doneBytes, totalBytes } of session.client.stream("check.progress", { key }, signal)) {
      err.status(unpackingText(word, doneBytes, totalBytes));
    }
  } catch {
    // What went wrong is told by the check itself.
  }
}
