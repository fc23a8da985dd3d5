import { open } from "node:fs/promises";
import { AppError } from "#core/lib/app-error.ts";

const maxBytes = 16 * 1024;

/** The last 16 KiB of a log after `fromByte`; empty when there is none. */
export async function logTail(path: string, fromByte: number): Promise<string> {
  try {
    const file = await open(path, "r");
    try {
      const { size } = await file.stat();
      const start = Math.max(fromByte, size - maxBytes);
      const buffer = new Uint8Array(Math.max(0, size - start));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, start);
      return new TextDecoder().decode(buffer.subarray(0, bytesRead));
    } finally {
      await file.close();
    }
  } catch (error) {
    const wrapped = AppError.from(error);
    if (wrapped.code === "not-found") return "";
    throw wrapped;
  }
}

/** What a program said last, for a sentence; QEMU's warnings are no reason for anything. */
export function lastWords(log: string): string {
  const lines = log.split("\n").map((line) => line.trim());
  return lines.findLast((line) => line !== "" && !line.includes(": warning: ")) ?? "";
}
