import { uuidOrNull } from "#core/image/filesystem/uuid-text.ts";
import { fieldText, textAt, type Recogniser } from "./signature.ts";

/** Linux filesystems and swap, each by the superblock its kernel driver looks for. */
export const f2fs: Recogniser = (head) => {
  if (head.length < 4096 || head.readUInt32LE(1024) !== 0xf2f5_2010) return null;
  const label = head.toString("utf16le", 1024 + 124, 1024 + 124 + 1024).split("\0")[0] ?? "";
  return { type: "f2fs", uuid: uuidOrNull(head.subarray(1024 + 108, 1024 + 124)), label: label || null };
};

export const squashfs: Recogniser = (head) => {
  if (head.length < 96) return null;
  const little = textAt(head, 0, "hsqs");
  if (!little && !textAt(head, 0, "sqsh")) return null;
  const major = little ? head.readUInt16LE(28) : head.readUInt16BE(28);
  return { type: major >= 4 ? "squashfs" : "squashfs3", uuid: null, label: null };
};

/** The signature closes the first page, whose size is the machine's that made it. */
export const swap: Recogniser = (head) => {
  for (const pageBytes of [4096, 8192, 16384, 32768, 65536]) {
    if (textAt(head, pageBytes - 10, "SWAP-SPACE")) return { type: "swap", uuid: null, label: null };
    if (!textAt(head, pageBytes - 10, "SWAPSPACE2")) continue;
    const version = head.readUInt32LE(1024);
    if (version !== 1 && version !== 0x0100_0000) continue;
    const uuid = uuidOrNull(head.subarray(1024 + 12, 1024 + 28));
    return { type: "swap", uuid, label: fieldText(head.subarray(1024 + 28, 1024 + 44)) };
  }
  return null;
};
