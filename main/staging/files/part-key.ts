import { randomBytes } from "node:crypto";
import { AppError } from "#core/lib/app-error.ts";

/** An unfinished upload lies beside its key until it is whole and proved. */
const partPattern = /^(.+)\.([0-9a-f]{16})\.part$/s;
/** NAME_MAX of Linux, and of most others. */
const longestNameBytes = 255;

export const newUploadId = (): string => randomBytes(8).toString("hex");
export const partKey = (key: string, uploadId: string): string => `${key}.${uploadId}.part`;

/** Only what we made ourselves becomes part of a path; null: an id of somebody else. */
export const ownUploadId = (resume: { uploadId: string } | null): string | null =>
  resume !== null && /^[0-9a-f]{16}$/.test(resume.uploadId) ? resume.uploadId : null;

export function readPartKey(path: string): { key: string; uploadId: string } | null {
  const [, key, uploadId] = partPattern.exec(path) ?? [];
  return key === undefined || uploadId === undefined ? null : { key, uploadId };
}

/** Throws `bad-input` for a key that would leave the folder or cannot be a path in it. */
export function assertPathKey(key: string): void {
  const names = key.split("/");
  const longest = Math.max(...names.map((name) => Buffer.byteLength(partKey(name, newUploadId()))));
  const strange = names.some((name) => name === "" || name === "." || name === "..") || key.includes("\0");
  if (strange || longest > longestNameBytes || readPartKey(key) !== null) {
    throw new AppError(
      "bad-input",
      `${JSON.stringify(key.slice(0, 300))} cannot be the name of a staged file`,
    );
  }
}

/** The folders that a key lies in, outermost first. */
export function parentsOf(key: string): string[] {
  const names = key.split("/").slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
}
