import { AppError } from "#core/lib/app-error.ts";
import type { Host } from "./host.ts";

type Frame = string | Uint8Array;

/** What the preload puts on the window: a pipe and one question about files. */
export interface ElectronBridge {
  send(frame: Frame): void;
  onFrame(listener: (frame: Frame) => void): () => void;
  pathForFile(file: File): string;
}

declare global {
  interface Window {
    goldsmith?: ElectronBridge;
  }
}

export function createElectronHost(bridge: ElectronBridge): Host {
  return {
    kind: "electron",
    connect: () =>
      Promise.resolve({
        send: (frame) => bridge.send(frame),
        onFrame: (listener) => bridge.onFrame(listener),
        // The core lives in the process that owns this window: when it ends, so does the window.
        onClose: () => () => undefined,
      }),
    pathOf: (file) => {
      const path = bridge.pathForFile(file);
      if (path === "") {
        return Promise.reject(
          new AppError("bad-input", `“${file.name}” has no path on this computer`, {
            hint: "Save it to a folder first, then drop it from there.",
          }),
        );
      }
      return Promise.resolve(path);
    },
  };
}
