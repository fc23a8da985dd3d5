import { randomBytes } from "node:crypto";
import { link, open, rm } from "node:fs/promises";
import { AppError } from "#core/lib/app-error.ts";

/**
 * Makes a file only if there is none yet; answers whether it did. Name and content appear together (a link to a
 * finished file), so nobody ever reads half of it: the file can serve as a lock that names its owner.
 */
export async function createExclusive(path: string, content: string): Promise<boolean> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(temporary, path);
    return true;
  } catch (error) {
    const wrapped = AppError.from(error);
    if (wrapped.code === "already-exists") return false;
    throw wrapped;
  } finally {
    await rm(temporary, { force: true });
  }
}
