import type { BlockDevice } from "#core/image/source/block-device.ts";

/** What a device holds, by its signature. Types are named as libblkid names them. */
export interface Recognition {
  readonly type: string;
  readonly label: string | null;
  readonly uuid: string | null;
  /** Why it is not opened, when there is more to say than `reasons.ts` knows of the type. */
  readonly detail?: string;
}

/** The first 68 KiB of the device; shorter for a smaller one. */
export type Head = Buffer;
export const headBytes = 68 * 1024;

export type Recogniser = (
  head: Head,
  device: BlockDevice,
) => Promise<Recognition | null> | Recognition | null;

/** Text in a field of fixed length, up to its first NUL, without white space at its end. */
export const fieldText = (bytes: Buffer): string | null => {
  const text = (bytes.toString("utf8").split("\0")[0] ?? "").replace(/[ \t\n\v\f\r]+$/, "");
  return text === "" ? null : text;
};

/** `text`: one character a byte. */
export const textAt = (head: Head, at: number, text: string): boolean =>
  head.length >= at + text.length && head.toString("latin1", at, at + text.length) === text;
