import { randomBytes } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { AppError } from "#core/lib/app-error.ts";
import type { RunRecord } from "./machine-record.ts";
import type { Machine } from "./machine.ts";

/** The guests' displays: bytes of VNC (RFB 3.8, RFC 6143) between QEMU's private socket and a client. */
export interface Displays {
  /** Connects; ends when the machine does, or with the signal. Throws `already-exists`, `machine-not-running`. */
  read(run: RunRecord, connectionId: string, signal: AbortSignal): AsyncGenerator<Uint8Array>;
  /** Answers when QEMU has room for more. Throws `not-found` when this connection is not open. */
  write(connectionId: string, bytes: Uint8Array): Promise<void>;
}

export function createDisplays(): Displays {
  const open = new Map<string, Socket>();
  return {
    async *read(run, connectionId, signal) {
      if (open.has(connectionId)) {
        throw new AppError("already-exists", "A display connection with this id is open");
      }
      const { display } = run.sockets;
      if (display === "") {
        throw new AppError("bad-input", "This machine was started by an older Goldsmith, without a display", {
          hint: "Restart the machine.",
        });
      }
      const socket = connect({ path: display, signal });
      open.set(connectionId, socket);
      try {
        for await (const piece of socket as AsyncIterable<Uint8Array>) yield piece;
      } catch (error) {
        if (signal.aborted) return;
        const { code } = error as NodeJS.ErrnoException;
        if (code === "ECONNRESET" || code === "EPIPE") return; // QEMU has ended
        throw new AppError("machine-not-running", "The display does not answer", { cause: error });
      } finally {
        open.delete(connectionId);
        socket.destroy();
      }
    },
    async write(connectionId, bytes) {
      const socket = open.get(connectionId);
      if (socket === undefined) throw new AppError("not-found", "This display connection is not open");
      await new Promise<void>((resolve, reject) => {
        socket.write(bytes, (error) => {
          if (error === null || error === undefined) resolve();
          else reject(new AppError("machine-not-running", "The display is closed", { cause: error }));
        });
      });
    },
  };
}

/** The screen as it is now, a PNG. Throws `machine-not-running`, `tool-failed`. */
export async function screenshot(machine: Machine): Promise<Uint8Array> {
  const path = join(machine.folder.path, `screen-${randomBytes(4).toString("hex")}.png`);
  try {
    await machine.control("screendump", { filename: path, format: "png" });
    return await readFile(path);
  } finally {
    await rm(path, { force: true });
  }
}
