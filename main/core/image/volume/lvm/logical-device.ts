import { assertInside, type BlockDevice } from "#core/image/source/block-device.ts";

/** One piece of a logical volume. */
export interface Piece {
  readonly startByte: number;
  readonly sizeBytes: number;
  /** One for linear; more are read in turn, `stripeBytes` from each. */
  readonly stripes: readonly { readonly device: BlockDevice; readonly startByte: number }[];
  readonly stripeBytes: number;
}

/** So much of a striped volume is put together at once, without keeping others waiting. */
const interleaveBytes = 4 * 1024 ** 2;

/** Pieces joined to one device. They are in order and leave no gap. */
export function createLogicalDevice(pieces: readonly Piece[]): BlockDevice {
  const last = pieces.at(-1);
  const sizeBytes = last === undefined ? 0 : last.startByte + last.sizeBytes;
  return {
    sizeBytes,
    async read(offsetBytes, lengthBytes) {
      assertInside({ sizeBytes }, offsetBytes, lengthBytes);
      const parts: Promise<Buffer>[] = [];
      const end = offsetBytes + lengthBytes;
      for (let index = pieceAt(pieces, offsetBytes), at = offsetBytes; at < end; index++) {
        const piece = pieces[index];
        if (piece === undefined) break;
        const length = Math.min(end, piece.startByte + piece.sizeBytes) - at;
        parts.push(readPiece(piece, at - piece.startByte, length));
        at += length;
      }
      const [only] = parts;
      if (parts.length === 1 && only !== undefined) return only;
      return Buffer.concat(await Promise.all(parts));
    },
  };
}

function pieceAt(pieces: readonly Piece[], offsetBytes: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((pieces[middle]?.startByte ?? Infinity) <= offsetBytes) low = middle;
    else high = middle - 1;
  }
  return low;
}

async function readPiece(piece: Piece, offset: number, length: number): Promise<Buffer> {
  const [first] = piece.stripes;
  if (first !== undefined && piece.stripes.length === 1) {
    return first.device.read(first.startByte + offset, length);
  }
  const whole = Buffer.allocUnsafe(length);
  for (let done = 0; done < length; done += interleaveBytes) {
    const part = whole.subarray(done, Math.min(length, done + interleaveBytes));
    await interleave(piece, offset + done, part);
  }
  return whole;
}

/** Reads one run from each stripe and deals it out: chunk `n` of the volume is in stripe `n % stripes`. */
async function interleave(piece: Piece, offset: number, into: Buffer): Promise<void> {
  const { stripes, stripeBytes } = piece;
  const firstChunk = Math.floor(offset / stripeBytes);
  const lastChunk = Math.floor((offset + into.length - 1) / stripeBytes);
  await Promise.all(
    stripes.map(async (stripe, index) => {
      const from = firstChunk + ((index - (firstChunk % stripes.length) + stripes.length) % stripes.length);
      if (from > lastChunk) return;
      const rows = Math.floor((lastChunk - from) / stripes.length) + 1;
      const firstRow = Math.floor(from / stripes.length);
      const skip = from === firstChunk ? offset - firstChunk * stripeBytes : 0;
      const lastOwn = from + (rows - 1) * stripes.length;
      const tail = lastOwn === lastChunk ? (lastChunk + 1) * stripeBytes - (offset + into.length) : 0;
      const start = stripe.startByte + firstRow * stripeBytes + skip;
      const bytes = await stripe.device.read(start, rows * stripeBytes - skip - tail);
      for (let row = 0, at = 0; row < rows; row++) {
        const chunkStart = (from + row * stripes.length) * stripeBytes;
        const target = Math.max(chunkStart, offset) - offset;
        const room = Math.min(chunkStart + stripeBytes, offset + into.length) - offset - target;
        at += bytes.copy(into, target, at, at + room);
      }
    }),
  );
}
