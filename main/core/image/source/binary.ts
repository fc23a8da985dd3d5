import { AppError } from "#core/lib/app-error.ts";

/**
 * 64-bit numbers as JavaScript numbers. Above 2^53 they lose their last digits, which does no harm: every such
 * value is a size or an offset that is refused because it lies past the end of any file.
 */
export const u64le = (buffer: Buffer, offset: number): number => Number(buffer.readBigUInt64LE(offset));
export const u64be = (buffer: Buffer, offset: number): number => Number(buffer.readBigUInt64BE(offset));

/** What an image says is not possible, or not there. */
export const unreadable = (message: string, hint?: string): AppError =>
  new AppError("image-unreadable", message, hint === undefined ? {} : { hint });

/** What an image asks for is not safe. */
export const refused = (message: string, hint?: string): AppError =>
  new AppError("image-refused", message, hint === undefined ? {} : { hint });

const unprintable =
  // oxlint-disable-next-line no-control-regex -- control characters are what is removed
  /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufffe\uffff]+/g;

/**
 * Text out of an image, fit to be shown: no control characters (terminals act on them), no line breaks, no
 * bidirectional overrides, at most `maxLength` characters.
 */
export function printable(text: string, maxLength = 200): string {
  const clean = text.replace(unprintable, " ").trim();
  return clean.length > maxLength ? `${clean.slice(0, maxLength - 1)}…` : clean;
}

const GiB = 1024 ** 3;
/** No provider takes more than 400 GB; 64 TiB is the most a local machine can have. */
export const maxVirtualBytes = 64 * 1024 * GiB;

export function assertVirtualSize(path: string, virtualBytes: number): void {
  if (virtualBytes <= 0) throw unreadable(`${path} says that its disk has no size`);
  if (virtualBytes > maxVirtualBytes) {
    throw refused(`${path} claims a disk of ${Math.round(virtualBytes / GiB).toLocaleString("en")} GiB`);
  }
}

export const truncated = (path: string, detail: string): AppError =>
  unreadable(`${path} is truncated: ${detail}`, "Copy or download it again and compare its checksum.");
