import type { Socket } from "node:net";
import { AppError } from "#core/lib/app-error.ts";
import { allocationContext, goData, metaContextData, nbd, optionFrame } from "./nbd-protocol.ts";
import type { SocketReader } from "./socket-reader.ts";

export interface NbdExport {
  readonly sizeBytes: number;
  readonly structuredReplies: boolean;
  /** Id of base:allocation in block-status replies; null when the server does not have it. */
  readonly allocationContextId: number | null;
}

const protocol = (message: string): AppError => new AppError("protocol", `NBD: ${message}`);
const maxOptionReplyBytes = 64 * 1024;

/** Fixed newstyle handshake: structured replies, base:allocation, then NBD_OPT_GO. */
export async function nbdHandshake(
  socket: Socket,
  reader: SocketReader,
  exportName: string,
): Promise<NbdExport> {
  const greeting = await reader.take(18);
  if (greeting.toString("latin1", 0, 16) !== nbd.initMagic + nbd.optionMagic) throw protocol("no NBD server");
  const flags = greeting.readUInt16BE(16);
  if ((flags & nbd.handshakeFlags.fixedNewstyle) === 0) throw protocol("the server is too old");
  const clientFlags = Buffer.alloc(4);
  clientFlags.writeUInt32BE(flags & (nbd.handshakeFlags.fixedNewstyle | nbd.handshakeFlags.noZeroes), 0);
  socket.write(clientFlags);

  const ask = async (option: number, data: Buffer): Promise<Reply[]> => {
    socket.write(optionFrame(option, data));
    return readReplies(reader, option);
  };
  const structuredReplies = isAccepted(await ask(nbd.option.structuredReply, Buffer.alloc(0)));
  let allocationContextId: number | null = null;
  if (structuredReplies) {
    const replies = await ask(nbd.option.setMetaContext, metaContextData(exportName, allocationContext));
    const context = replies.find((reply) => reply.type === nbd.optionReply.metaContext);
    if (context !== undefined && context.data.length >= 4) allocationContextId = context.data.readUInt32BE(0);
  }
  const go = await ask(nbd.option.go, goData(exportName));
  if (!isAccepted(go)) throw protocol(`the export was refused: ${go.at(-1)?.data.toString("utf8") ?? ""}`);
  const info = go.find((r) => r.type === nbd.optionReply.info && r.data.readUInt16BE(0) === nbd.info.export);
  if (info === undefined || info.data.length < 10) throw protocol("the server does not tell the size");
  return { sizeBytes: Number(info.data.readBigUInt64BE(2)), structuredReplies, allocationContextId };
}

interface Reply {
  readonly type: number;
  readonly data: Buffer;
}

/** Replies to one option, up to and with the final acknowledgement or error. */
async function readReplies(reader: SocketReader, option: number): Promise<Reply[]> {
  const replies: Reply[] = [];
  while (replies.length < 100) {
    const head = await reader.take(20);
    if (head.readBigUInt64BE(0) !== nbd.optionReplyMagic || head.readUInt32BE(8) !== option) {
      throw protocol("an option reply is malformed");
    }
    const type = head.readUInt32BE(12);
    const length = head.readUInt32BE(16);
    if (length > maxOptionReplyBytes) throw protocol("an option reply is too long");
    replies.push({ type, data: length === 0 ? Buffer.alloc(0) : await reader.take(length) });
    if (type === nbd.optionReply.ack || type >= nbd.optionReply.errorBit) return replies;
  }
  throw protocol("the option replies do not end");
}

const isAccepted = (replies: readonly Reply[]): boolean => replies.at(-1)?.type === nbd.optionReply.ack;
