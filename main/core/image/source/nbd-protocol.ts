/** Numbers of the NBD protocol: doc/proto.md of NetworkBlockDevice/nbd. All integers are big endian. */
export const nbd = {
  initMagic: "NBDMAGIC",
  optionMagic: "IHAVEOPT",
  optionReplyMagic: 0x0003_e889_0455_65a9n,
  requestMagic: 0x2560_9513,
  simpleReplyMagic: 0x6744_6698,
  structuredReplyMagic: 0x668e_33ef,
  handshakeFlags: { fixedNewstyle: 1, noZeroes: 2 },
  option: { abort: 2, go: 7, structuredReply: 8, setMetaContext: 10 },
  optionReply: { ack: 1, info: 3, metaContext: 4, errorBit: 0x8000_0000 },
  info: { export: 0, blockSize: 3 },
  command: { read: 0, disconnect: 2, blockStatus: 7 },
  chunk: { doneFlag: 1, none: 0, offsetData: 1, offsetHole: 2, blockStatus: 5, errorBit: 0x8000 },
  /** base:allocation: bit 0 = hole, bit 1 = reads as zeros. */
  allocation: { hole: 1, zero: 2 },
} as const;

export const allocationContext = "base:allocation";

/** An option of the haggling phase. */
export function optionFrame(option: number, data: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.write(nbd.optionMagic, 0, "latin1");
  head.writeUInt32BE(option, 8);
  head.writeUInt32BE(data.length, 12);
  return Buffer.concat([head, data]);
}

/** NBD_OPT_GO for one export, asking for its block sizes. */
export function goData(exportName: string): Buffer {
  const name = Buffer.from(exportName);
  const data = Buffer.alloc(4 + name.length + 4);
  data.writeUInt32BE(name.length, 0);
  name.copy(data, 4);
  data.writeUInt16BE(1, 4 + name.length);
  data.writeUInt16BE(nbd.info.blockSize, 6 + name.length);
  return data;
}

export function metaContextData(exportName: string, query: string): Buffer {
  const name = Buffer.from(exportName);
  const text = Buffer.from(query);
  const data = Buffer.alloc(12 + name.length + text.length);
  data.writeUInt32BE(name.length, 0);
  name.copy(data, 4);
  data.writeUInt32BE(1, 4 + name.length);
  data.writeUInt32BE(text.length, 8 + name.length);
  text.copy(data, 12 + name.length);
  return data;
}

export function requestFrame(command: number, handle: bigint, offset: number, length: number): Buffer {
  const frame = Buffer.alloc(28);
  frame.writeUInt32BE(nbd.requestMagic, 0);
  frame.writeUInt16BE(command, 6);
  frame.writeBigUInt64BE(handle, 8);
  frame.writeBigUInt64BE(BigInt(offset), 16);
  frame.writeUInt32BE(length, 24);
  return frame;
}
