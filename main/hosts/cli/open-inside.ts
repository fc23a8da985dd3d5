import type { Inside } from "#core/image/look-inside.ts";
import { AppError } from "#core/lib/app-error.ts";
import { exitCodeOfUnread } from "./check-words.ts";
import type { CommandContext } from "./command.ts";
import type { ExitCode } from "./exit-codes.ts";
import { unpackingText } from "./unpacking-text.ts";
import type { InsideWord } from "./inside-word.ts";
import { printError } from "./run-cli.ts";

/**
 * Looks into an image in this process; no library is opened. What keeps the image from being read ends with 3,
 * what is not in it with 1.
 */
export async function openInside(
  context: CommandContext,
  word: InsideWord,
  use: (inside: Inside) => Promise<ExitCode>,
): Promise<ExitCode> {
  // Loaded when it is needed: the readers of all filesystems hang on it.
  const { withRootTree } = await import("#core/image/look-inside.ts");
  const ports = await context.ports();
  let opened = false;
  try {
    const options = {
      place: word.place,
      signal: context.signal,
      onProgress: ({ doneBytes, totalBytes }: { doneBytes: number; totalBytes: number }) =>
        context.err.status(unpackingText(word.file, doneBytes, totalBytes)),
    };
    return await withRootTree(word.file, { ports }, options, (inside) => {
      opened = true;
      context.err.status("");
      return use(inside);
    });
  } catch (error) {
    const known = AppError.from(error);
    if (opened || known.code === "cancelled") throw error;
    if (context.json) context.printJson({ error: known.toWire() });
    else printError(context.err, known);
    return exitCodeOfUnread(known);
  }
}
