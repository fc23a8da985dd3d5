import { appendFileSync, mkdirSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Log } from "#ports/ports.ts";
import type { Redactor } from "./redactor.ts";

const rotateAtBytes = 5 * 1024 * 1024;

/**
 * One line of JSON per event in `<folder>/goldsmith.log`; at 5 MiB the file becomes `goldsmith.log.1`.
 * Written synchronously: lines are few, and the last one before a crash is the one that is needed.
 */
export function createFileLog(folder: string, redactor: Redactor): Log {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, "goldsmith.log");
  const write = (level: string, message: string, details: Record<string, unknown> = {}): void => {
    const line = JSON.stringify(
      { at: new Date().toISOString(), level, pid: process.pid, message, ...details },
      plain,
    );
    try {
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > rotateAtBytes)
        renameSync(path, `${path}.1`);
      appendFileSync(path, `${redactor.redact(line)}\n`, { mode: 0o600 });
    } catch {
      // A full disk must not turn a note about it into a second failure.
    }
  };
  return {
    info: (message, details) => write("info", message, details),
    warn: (message, details) => write("warn", message, details),
  };
}

/** Errors and bigints do not survive JSON.stringify by themselves. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Error) return { name: value.name, message: value.message, stack: value.stack };
  return value;
}
