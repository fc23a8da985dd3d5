import { AppError } from "#core/lib/app-error.ts";
import { nbd } from "./nbd-protocol.ts";
import type { SocketReader } from "./socket-reader.ts";

/** A request under way. */
export interface Pending {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** Where the data goes; null for block status. */
  readonly target: Buffer | null;
  readonly extents: { lengthBytes: number; flags: number }[];
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  receivedBytes: number;
  error: Error | null;
}

const maxPayloadBytes = 8 * 1024 ** 2;

export const malformed = (): AppError => new AppError("protocol", "NBD: a reply is malformed");

const failed = (errno: number): AppError =>
  new AppError("image-unreadable", `QEMU could not read a part of the image (error ${errno})`, {
    hint: "The file may be truncated or damaged; check it with `qemu-img check`.",
  });

/** Takes replies and settles their requests until the connection ends; then it rejects. */
export async function receiveReplies(reader: SocketReader, pending: Map<bigint, Pending>): Promise<never> {
  const head = Buffer.alloc(16);
  for (;;) {
    await reader.takeInto(head);
    const request = pending.get(head.readBigUInt64BE(8));
    if (request === undefined) throw malformed();
    const magic = head.readUInt32BE(0);
    if (magic !== nbd.simpleReplyMagic && magic !== nbd.structuredReplyMagic) throw malformed();
    const isLast = magic === nbd.simpleReplyMagic || (head.readUInt16BE(4) & nbd.chunk.doneFlag) !== 0;
    if (magic === nbd.structuredReplyMagic) await takeChunk(reader, request, head.readUInt16BE(6));
    else if (head.readUInt32BE(4) !== 0) request.error = failed(head.readUInt32BE(4));
    else await takeData(reader, request, 0, request.lengthBytes);
    if (!isLast) continue;
    pending.delete(head.readBigUInt64BE(8));
    if (request.error !== null) request.reject(request.error);
    else if (request.target !== null && request.receivedBytes !== request.lengthBytes)
      request.reject(malformed());
    else request.resolve();
  }
}

async function takeChunk(reader: SocketReader, request: Pending, type: number): Promise<void> {
  const length = (await reader.take(4)).readUInt32BE(0);
  if (length > maxPayloadBytes) throw malformed();
  if (type === nbd.chunk.offsetData && length > 8) {
    const offset = Number((await reader.take(8)).readBigUInt64BE(0));
    return takeData(reader, request, offset - request.offsetBytes, length - 8);
  }
  const payload = length === 0 ? Buffer.alloc(0) : await reader.take(length);
  if (type === nbd.chunk.none) return;
  if ((type & nbd.chunk.errorBit) !== 0) {
    request.error ??= failed(payload.length >= 4 ? payload.readUInt32BE(0) : 5);
  } else if (type === nbd.chunk.blockStatus) {
    for (let at = 4; at + 8 <= payload.length; at += 8) {
      request.extents.push({ lengthBytes: payload.readUInt32BE(at), flags: payload.readUInt32BE(at + 4) });
    }
  } else if (type === nbd.chunk.offsetHole && payload.length === 12) {
    const start = Number(payload.readBigUInt64BE(0)) - request.offsetBytes;
    place(request, start, payload.readUInt32BE(8)).fill(0);
  } else throw malformed();
}

const takeData = (reader: SocketReader, request: Pending, start: number, length: number): Promise<void> =>
  reader.takeInto(place(request, start, length));

function place(request: Pending, start: number, length: number): Buffer {
  if (request.target === null || start < 0 || start + length > request.lengthBytes) throw malformed();
  request.receivedBytes += length;
  return request.target.subarray(start, start + length);
}
