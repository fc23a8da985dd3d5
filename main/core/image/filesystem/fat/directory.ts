export interface FatEntry {
  readonly name: string;
  readonly isDirectory: boolean;
  readonly isVolumeLabel: boolean;
  readonly firstCluster: number;
  readonly sizeBytes: number;
}

const attribute = { volume: 0x08, directory: 0x10, longName: 0x0f } as const;

/** Parses 32-byte records; long names stand in up to 20 records before their short one, last piece first. */
export function parseFatDirectory(bytes: Buffer): FatEntry[] {
  const entries: FatEntry[] = [];
  let pieces: string[] = [];
  for (let at = 0; at + 32 <= bytes.length; at += 32) {
    const first = bytes.readUInt8(at);
    if (first === 0) break;
    const kind = bytes.readUInt8(at + 11);
    if (first === 0xe5) {
      pieces = [];
      continue;
    }
    if ((kind & 0x3f) === attribute.longName) {
      if ((first & 0x40) !== 0) pieces = [];
      if (pieces.length < 20) pieces.unshift(longPiece(bytes.subarray(at, at + 32)));
      continue;
    }
    const firstCluster = bytes.readUInt16LE(at + 20) * 65536 + bytes.readUInt16LE(at + 26);
    const isVolumeLabel = (kind & attribute.volume) !== 0;
    const long = pieces.join("").split("\0")[0] ?? "";
    pieces = [];
    const name = isVolumeLabel
      ? labelText(bytes.subarray(at, at + 11))
      : long || shortName(bytes.subarray(at, at + 32));
    if (name === "." || name === ".." || (!isVolumeLabel && !isName(name))) continue;
    entries.push({
      name,
      isDirectory: (kind & attribute.directory) !== 0,
      isVolumeLabel,
      firstCluster,
      sizeBytes: bytes.readUInt32LE(at + 28),
    });
  }
  return entries;
}

/** What damage makes of a name must not look like a path. */
const isName = (name: string): boolean => name !== "" && !name.includes("/") && !name.includes("\0");

const longPiece = (record: Buffer): string =>
  (
    record.toString("utf16le", 1, 11) +
    record.toString("utf16le", 14, 26) +
    record.toString("utf16le", 28, 32)
  ).replaceAll("\uffff", "");

/** 0x05 stands for a first letter 0xe5. Bits 3 and 4 of byte 12 mean lower-case name and extension. */
function shortName(record: Buffer): string {
  const lower = record.readUInt8(12);
  let name = labelText(record.subarray(0, 8));
  let extension = labelText(record.subarray(8, 11));
  if ((lower & 0x08) !== 0) name = name.toLowerCase();
  if ((lower & 0x10) !== 0) extension = extension.toLowerCase();
  return extension === "" ? name : `${name}.${extension}`;
}

function labelText(bytes: Buffer): string {
  const text = bytes.toString("latin1");
  return (text.startsWith("\x05") ? `\xe5${text.slice(1)}` : text).replace(/ +$/, "");
}
