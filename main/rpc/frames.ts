import { z } from "zod";
import { WireErrorSchema } from "#contract/errors.ts";

/**
 * What travels over a Channel. Text frames are JSON as below; a binary frame is a piece of a byte stream:
 * the stream's id as unsigned 32-bit big-endian number, then the payload.
 */
const id = z.number().int().min(1).max(0xffff_ffff);

/** About the channel itself, not about one call: the answer to a frame whose id could not be read. */
export const channelId = 0;

/** `credit` says how much more the other side may send: bytes of a byte stream, items of an item stream. */
export const ClientFrameSchema = z.discriminatedUnion("t", [
  z.object({ t: z.literal("call"), id, name: z.string().max(100), input: z.unknown() }),
  z.object({ t: z.literal("open"), id, name: z.string().max(100), input: z.unknown() }),
  z.object({ t: z.literal("abort"), id }),
  z.object({
    t: z.literal("credit"),
    id,
    bytes: z.number().int().nonnegative().default(0),
    items: z.number().int().nonnegative().default(0),
  }),
]);
export type ClientFrame = z.input<typeof ClientFrameSchema>;

export const ServerFrameSchema = z.discriminatedUnion("t", [
  z.object({ t: z.literal("result"), id, value: z.unknown() }),
  z.object({ t: z.literal("error"), id: id.or(z.literal(channelId)), error: WireErrorSchema }),
  z.object({ t: z.literal("item"), id, value: z.unknown() }),
  z.object({ t: z.literal("end"), id }),
]);
export type ServerFrame = z.infer<typeof ServerFrameSchema>;

const headerBytes = 4;

export function encodeBytes(streamId: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(headerBytes + payload.byteLength);
  new DataView(frame.buffer).setUint32(0, streamId);
  frame.set(payload, headerBytes);
  return frame;
}

/** Null when the frame is too short to carry an id. The payload is a view, not a copy. */
export function decodeBytes(frame: Uint8Array): { id: number; payload: Uint8Array } | null {
  if (frame.byteLength < headerBytes) return null;
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  return { id: view.getUint32(0), payload: frame.subarray(headerBytes) };
}

/** JSON or undefined; never throws. (`undefined` is no JSON value.) */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
