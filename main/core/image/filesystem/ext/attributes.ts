/** Documentation/filesystems/ext4/attributes.rst: entries of a name's kind, name, and where its value stands. */
const magic = 0xea02_0000;
const headerBytes = 32;
const entryBytes = 16;
/** The kernel's XATTR_SIZE_MAX. */
const maxValueBytes = 65_536;
const maxEntries = 1000;

const prefixes: Readonly<Record<number, string>> = {
  0: "",
  1: "user.",
  2: "system.posix_acl_access",
  3: "system.posix_acl_default",
  4: "trusted.",
  6: "security.",
  7: "system.",
  8: "system.richacl",
};

export type AttributeValue =
  | { readonly kind: "here"; readonly value: Buffer }
  /** The value is the content of a hidden inode (feature ea_inode). */
  | { readonly kind: "inode"; readonly inode: number; readonly sizeBytes: number };

/** Behind the fields of a large inode. `raw` is the whole inode. */
export function inodeAttribute(raw: Buffer, name: string): AttributeValue | null {
  if (raw.length < 132) return null;
  const start = 128 + raw.readUInt16LE(128);
  if (start + 4 > raw.length || raw.readUInt32LE(start) !== magic) return null;
  return findAttribute(raw.subarray(start + 4), 0, name);
}

/** In a block of its own. */
export function blockAttribute(block: Buffer, name: string): AttributeValue | null {
  return block.length < headerBytes || block.readUInt32LE(0) !== magic
    ? null
    : findAttribute(block, headerBytes, name);
}

/** Offsets of values count from the start of `area`. */
function findAttribute(area: Buffer, from: number, name: string): AttributeValue | null {
  for (let at = from, count = 0; at + entryBytes <= area.length && count < maxEntries; count++) {
    const nameBytes = area.readUInt8(at);
    const index = area.readUInt8(at + 1);
    if (area.readUInt32LE(at) === 0) return null;
    const prefix = prefixes[index];
    if (
      prefix !== undefined &&
      prefix + area.toString("latin1", at + entryBytes, at + entryBytes + nameBytes) === name
    ) {
      const start = area.readUInt16LE(at + 2);
      const inode = area.readUInt32LE(at + 4);
      const sizeBytes = area.readUInt32LE(at + 8);
      if (sizeBytes > maxValueBytes) return null;
      if (inode !== 0) return { kind: "inode", inode, sizeBytes };
      return start + sizeBytes > area.length
        ? null
        : { kind: "here", value: area.subarray(start, start + sizeBytes) };
    }
    at += entryBytes + Math.ceil(nameBytes / 4) * 4;
  }
  return null;
}
