import { stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { AppError } from "#core/lib/app-error.ts";

/** For work whose result would be lost otherwise: throws before it starts when `writeNewFile` would throw after it. */
export async function assertNewFile(path: string): Promise<void> {
  const kindOf = async (place: string): Promise<"folder" | "file" | null> =>
    await stat(place).then(
      (found) => (found.isDirectory() ? "folder" : "file"),
      () => null,
    );
  if ((await kindOf(dirname(path))) !== "folder") {
    throw new AppError("not-found", `There is no folder ${dirname(path)}`);
  }
  if ((await kindOf(path)) !== null) throw alreadyThere(path);
}

/** Writes nothing over. Throws AppError `already-exists` and what the file system says. */
export async function writeNewFile(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, content, { flag: "wx", flush: true });
  } catch (error) {
    const { code } = AppError.from(error);
    throw code === "already-exists" ? alreadyThere(path) : AppError.from(error);
  }
}

const alreadyThere = (path: string): AppError =>
  new AppError("already-exists", `${path} is there already`, {
    hint: "Nothing is written over: choose another name, or move the file away.",
  });
