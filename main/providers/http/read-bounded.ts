import { AppError } from "#core/lib/app-error.ts";

/** The whole body of a reply, but never more than `limitBytes`: the rest is not read and the reply refused. */
export async function readBounded(reply: Response, limitBytes: number, place: string): Promise<Uint8Array> {
  if (reply.body === null) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  // Leaving the loop by a throw cancels the stream and with it the connection.
  for await (const piece of reply.body as AsyncIterable<Uint8Array>) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > limitBytes) {
      throw new AppError("protocol", `${place} sent an answer of more than ${limitBytes} bytes`, {
        details: { processed: "unknown" },
      });
    }
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
