import { printable } from "#core/image/source/binary.ts";
import { AppError } from "#core/lib/app-error.ts";

/**
 * Runs one part of an inspection. What a damaged image makes impossible becomes a note; what the user or the
 * clock decided is passed on.
 */
export async function attempt<T>(notes: string[], what: string, run: () => Promise<T>): Promise<T | null> {
  try {
    return await run();
  } catch (error) {
    const wrapped = error instanceof RangeError ? null : AppError.from(error);
    if (wrapped !== null && ["cancelled", "timeout", "internal"].includes(wrapped.code)) throw error;
    notes.push(`${what} could not be read: ${printable(wrapped?.message ?? "its structures are damaged")}.`);
    return null;
  }
}
