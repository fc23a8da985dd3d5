import { connect } from "node:net";
import { AppError } from "#core/lib/app-error.ts";
import { assertInside, type ByteRange, type OpenBlockDevice } from "./block-device.ts";
import { nbdHandshake } from "./nbd-handshake.ts";
import { nbd, requestFrame } from "./nbd-protocol.ts";
import { SocketReader } from "./socket-reader.ts";

/** A request is split into pieces of this size, which travel together (the protocol's default limit is 32 MiB). */
const maxRequestBytes = 1024 ** 2;
const maxChunkBytes = maxRequestBytes + 4096;
const maxExtents = 1_000_000;

interface Pending {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** null for block status. */
  readonly target: Buffer | null;
  readonly extents: { lengthBytes: number; flags: number }[];
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  error: Error | null;
}

/** Connects to an NBD server on a unix socket. Requests are pipelined; replies may come in any order. */
export async function connectNbd(socketPath: string, exportName: string): Promise<OpenBlockDevice> {
  const socket = connect(socketPath);
  const reader = new SocketReader(socket);
  try {
    const info = await nbdHandshake(socket, reader, exportName);
    const pending = new Map<bigint, Pending>();
    let nextHandle = 1n;
    let lost: Error | null = null;
    receive(reader, pending).catch((error: Error) => {
      lost = error;
      for (const request of pending.values()) request.reject(error);
      pending.clear();
      socket.destroy();
    });

    const send = (command: number, offsetBytes: number, lengthBytes: number, target: Buffer | null) =>
      new Promise<Pending["extents"]>((resolve, reject) => {
        if (lost !== null) return reject(lost);
        const extents: Pending["extents"] = [];
        const handle = nextHandle++;
        const settle = { resolve: () => resolve(extents), reject, error: null };
        pending.set(handle, { offsetBytes, lengthBytes, target, extents, ...settle });
        socket.write(requestFrame(command, handle, offsetBytes, lengthBytes));
      });

    const read = async (offsetBytes: number, lengthBytes: number): Promise<Buffer> => {
      assertInside(info, offsetBytes, lengthBytes);
      const buffer = Buffer.alloc(lengthBytes); // zeroed: holes are not sent
      const parts: Promise<unknown>[] = [];
      for (let done = 0; done < lengthBytes; done += maxRequestBytes) {
        const part = Math.min(maxRequestBytes, lengthBytes - done);
        parts.push(send(nbd.command.read, offsetBytes + done, part, buffer.subarray(done, done + part)));
      }
      await Promise.all(parts);
      return buffer;
    };

    const allocatedRanges = async (): Promise<ByteRange[]> => {
      const ranges: ByteRange[] = [];
      for (let at = 0; at < info.sizeBytes;) {
        const length = Math.min(info.sizeBytes - at, 2 ** 31 - 2 ** 20);
        const extents = await send(nbd.command.blockStatus, at, length, null);
        const before = at;
        for (const extent of extents) {
          if ((extent.flags & nbd.allocation.zero) === 0) {
            ranges.push({ offsetBytes: at, lengthBytes: extent.lengthBytes });
          }
          at += extent.lengthBytes;
        }
        if (at === before || ranges.length > maxExtents) throw malformed();
      }
      return ranges;
    };

    return {
      sizeBytes: info.sizeBytes,
      read,
      ...(info.allocationContextId === null ? {} : { allocatedRanges }),
      [Symbol.asyncDispose]: () =>
        new Promise<void>((resolve) => {
          lost ??= new AppError("cancelled", "The image was closed");
          if (socket.destroyed) return resolve();
          socket.once("close", () => resolve());
          socket.end(requestFrame(nbd.command.disconnect, 0n, 0, 0));
          setTimeout(() => socket.destroy(), 1000).unref();
        }),
    };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

const malformed = (): AppError => new AppError("protocol", "NBD: a reply is malformed");

/** Runs until the connection ends; then it rejects. */
async function receive(reader: SocketReader, pending: Map<bigint, Pending>): Promise<never> {
  for (;;) {
    const head = await reader.take(16);
    const magic = head.readUInt32BE(0);
    const handle = head.readBigUInt64BE(8);
    const request = pending.get(handle);
    if (request === undefined) throw malformed();
    let done = true;
    if (magic === nbd.simpleReplyMagic) {
      if (head.readUInt32BE(4) !== 0) request.error = failed(head.readUInt32BE(4));
      else if (request.target !== null) (await reader.take(request.lengthBytes)).copy(request.target);
    } else if (magic === nbd.structuredReplyMagic) {
      const length = (await reader.take(4)).readUInt32BE(0);
      if (length > maxChunkBytes) throw malformed();
      const payload = length === 0 ? Buffer.alloc(0) : await reader.take(length);
      takeChunk(request, head.readUInt16BE(6), payload);
      done = (head.readUInt16BE(4) & nbd.chunk.doneFlag) !== 0;
    } else throw malformed();
    if (!done) continue;
    pending.delete(handle);
    if (request.error === null) request.resolve();
    else request.reject(request.error);
  }
}

function takeChunk(request: Pending, type: number, payload: Buffer): void {
  if (type === nbd.chunk.none) return;
  if ((type & nbd.chunk.errorBit) !== 0) {
    request.error ??= failed(payload.length >= 4 ? payload.readUInt32BE(0) : 5);
    return;
  }
  if (type === nbd.chunk.blockStatus) {
    for (let at = 4; at + 8 <= payload.length; at += 8) {
      request.extents.push({ lengthBytes: payload.readUInt32BE(at), flags: payload.readUInt32BE(at + 4) });
    }
    return;
  }
  if (request.target === null || payload.length < 8) throw malformed();
  const start = Number(payload.readBigUInt64BE(0)) - request.offsetBytes;
  if (type === nbd.chunk.offsetHole) return; // the target is zeroed already
  if (type !== nbd.chunk.offsetData || start < 0 || start + payload.length - 8 > request.lengthBytes)
    throw malformed();
  payload.copy(request.target, start, 8);
}

const failed = (errno: number): AppError =>
  new AppError("image-unreadable", `QEMU could not read a part of the image (error ${errno})`, {
    hint: "The file may be truncated or damaged; check it with `qemu-img check`.",
  });
