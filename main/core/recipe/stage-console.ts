import { ConsoleSession } from "#core/console/console-session.ts";
import type { MachineConsole } from "#core/console/machine-console.ts";

/** Enough to draw the screen of a terminal again. */
const redrawBytes = 64 * 1024;

/**
 * A session on a console whose guest was returned to an earlier moment: the screen is drawn as it was at `asOfByte` of
 * the transcript, all of it counts as seen, and what comes is read from the transcript's present end on.
 */
export async function openStageConsole(
  console: MachineConsole,
  options: { asOfByte: number; goOnFromByte: number; signal: AbortSignal },
): Promise<ConsoleSession> {
  const { asOfByte, goOnFromByte, signal } = options;
  const start = Math.max(0, asOfByte - redrawBytes);
  const spliced: MachineConsole = {
    write: (text, stop) => console.write(text, stop),
    sendBreak: () => console.sendBreak(),
    transcriptBytes: () => console.transcriptBytes(),
    async *read(_fromByte, stop) {
      let left = asOfByte - start;
      if (left > 0) {
        for await (const piece of console.read(start, stop)) {
          yield piece.subarray(0, left);
          left -= piece.length;
          if (left <= 0) break;
        }
      }
      yield* console.read(goOnFromByte, stop);
    },
  };
  const session = await ConsoleSession.attach(spliced, { fromByte: start, signal, answerQueries: true });
  await session.drawAhead(asOfByte - start);
  return session;
}
