import type { Socket } from "node:net";
import { AppError } from "#core/lib/app-error.ts";
import { assertInside, type ByteRange, type OpenBlockDevice } from "./block-device.ts";
import { nbdHandshake } from "./nbd-handshake.ts";
import { nbd, requestFrame } from "./nbd-protocol.ts";
import { malformed, receiveReplies, type Pending } from "./nbd-replies.ts";
import { SocketReader } from "./socket-reader.ts";

/** A read is split into pieces of this size, which travel together (the protocol's default limit is 32 MiB). */
const maxRequestBytes = 1024 ** 2;
const maxExtents = 1_000_000;

/** Talks to an NBD server on a connected socket. Requests are pipelined; replies may come in any order. */
export async function openNbd(socket: Socket, exportName: string): Promise<OpenBlockDevice> {
  const reader = new SocketReader(socket);
  try {
    const info = await nbdHandshake(socket, reader, exportName);
    const pending = new Map<bigint, Pending>();
    let nextHandle = 1n;
    let lost: Error | null = null;
    receiveReplies(reader, pending).catch((error: Error) => {
      lost ??= error;
      for (const request of pending.values()) request.reject(error);
      pending.clear();
      socket.destroy();
    });

    const send = (
      command: number,
      offsetBytes: number,
      lengthBytes: number,
      target: Buffer | null,
    ): Promise<Pending["extents"]> =>
      new Promise((resolve, reject) => {
        if (lost !== null) return reject(lost);
        const extents: Pending["extents"] = [];
        const handle = nextHandle++;
        const state = { resolve: () => resolve(extents), reject, receivedBytes: 0, error: null };
        pending.set(handle, { offsetBytes, lengthBytes, target, extents, ...state });
        socket.write(requestFrame(command, handle, offsetBytes, lengthBytes));
      });

    const read = async (offsetBytes: number, lengthBytes: number): Promise<Buffer> => {
      assertInside(info, offsetBytes, lengthBytes);
      const buffer = Buffer.allocUnsafe(lengthBytes); // every byte is accounted for by its reply
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
