import { randomBytes } from "node:crypto";
import { open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";

/** Replaces a file so that a reader or a power cut sees the old or the new content, never a part. */
export async function writeFileAtomic(
  path: string,
  content: string | Uint8Array,
  mode = 0o644,
): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const file = await open(temporary, "wx", mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw AppError.from(error);
  }
  await syncDirectory(dirname(path));
}

/** Makes a rename or a new name durable. Windows cannot open folders; there the file system does it. */
export async function syncDirectory(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

export const writeJson = (path: string, value: unknown, mode?: number): Promise<void> =>
  writeFileAtomic(path, `${JSON.stringify(value, null, 2)}\n`, mode);

/**
 * Reads a JSON file with a `version` field. Answers null when there is none; throws `newer-version` when it
 * was written by a later Goldsmith and `protocol` when it is damaged.
 */
export async function readJson<S extends z.ZodType>(
  path: string,
  schema: S,
  supportedVersion = 1,
): Promise<z.output<S> | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const wrapped = AppError.from(error);
    if (wrapped.code === "not-found") return null;
    throw wrapped;
  }
  const value = parse(path, text);
  const version =
    typeof value === "object" && value !== null && "version" in value ? value.version : undefined;
  if (typeof version === "number" && version > supportedVersion) {
    throw new AppError("newer-version", `${path} was written by a newer Goldsmith (version ${version})`);
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new AppError(
      "protocol",
      `${path} is damaged: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`,
      {
        hint: "The file is left alone. Restore it from a backup or move it away.",
      },
    );
  }
  return result.data;
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError("protocol", `${path} is not JSON`, {
      hint: "The file is left alone. Restore it from a backup or move it away.",
      cause: error,
    });
  }
}
