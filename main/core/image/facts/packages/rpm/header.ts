import { printable } from "#core/image/source/binary.ts";

/** What a package is called, from its header. */
export interface RpmIdentity {
  readonly name: string;
  /** `[epoch:]version-release`, as `rpm -q --qf '%{EVR}'` prints it. */
  readonly version: string;
  readonly architecture: string;
}

/** rpm's limits for a header (lib/header.c: hdrblobInit). */
const maxEntries = 65_535;
const tags = { name: 1000, version: 1001, release: 1002, epoch: 1003, architecture: 1022 };
const int32 = 4;

/**
 * Reads a header as the database keeps it: number of entries and bytes of data, entries of 16 bytes (tag, type,
 * offset, count), data. `bytes` may be its beginning only; null when that does not reach far enough, or when it
 * is no header of a package.
 */
export function parseRpmHeader(bytes: Buffer): RpmIdentity | null {
  if (bytes.length < 8) return null;
  const count = bytes.readUInt32BE(0);
  const dataAt = 8 + count * 16;
  if (count === 0 || count > maxEntries || dataAt > bytes.length) return null;
  const offsets = new Map<number, { type: number; at: number }>();
  for (let at = 8; at < dataAt; at += 16) {
    const tag = bytes.readUInt32BE(at);
    if (tag > tags.architecture) break; // entries are sorted by tag
    offsets.set(tag, { type: bytes.readUInt32BE(at + 4), at: dataAt + bytes.readUInt32BE(at + 8) });
  }
  const text = (tag: number): string | null => {
    const start = offsets.get(tag)?.at ?? bytes.length;
    const stop = bytes.indexOf(0, start);
    return start >= bytes.length || stop === -1 ? null : printable(bytes.toString("utf8", start, stop), 200);
  };
  const [name, version, release] = [text(tags.name), text(tags.version), text(tags.release)];
  if (name === null || version === null || release === null) return null;
  const epoch = offsets.get(tags.epoch);
  const hasEpoch = epoch?.type === int32 && epoch.at + 4 <= bytes.length;
  const prefix = hasEpoch ? `${bytes.readUInt32BE(epoch.at)}:` : "";
  return { name, version: `${prefix}${version}-${release}`, architecture: text(tags.architecture) ?? "" };
}

/** The name stands first in the data: this much of a header reaches it in every package that is built today. */
export const usualBytes = 8 * 1024;
const furtherBytes = [256 * 1024, 4 * 1024 ** 2];

/** Reads as little of a header as will do. `read` answers its first bytes, fewer when it is shorter. */
export async function identify(read: (lengthBytes: number) => Promise<Buffer>): Promise<RpmIdentity | null> {
  for (const length of [usualBytes, ...furtherBytes]) {
    const bytes = await read(length);
    const identity = parseRpmHeader(bytes);
    if (identity !== null || bytes.length < length) return identity;
  }
  return null;
}
