import { AppError } from "#core/lib/app-error.ts";
import type { Channel } from "#rpc/channel.ts";
import type { Host } from "./host.ts";
import { uploadFile } from "./upload-file.ts";

/** Talks to `goldsmith serve` at the address this page came from. */
export function createBrowserHost(place: Pick<Location, "protocol" | "host">): Host {
  const scheme = place.protocol === "https:" ? "wss:" : "ws:";
  return {
    kind: "browser",
    connect: () => openSocket(`${scheme}//${place.host}/rpc`),
    pathOf: uploadFile,
  };
}

function openSocket(url: string): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    socket.addEventListener("open", () => resolve(channelOver(socket)), { once: true });
    socket.addEventListener(
      "close",
      () =>
        reject(
          new AppError("network", "Goldsmith does not answer", {
            hint: "Is `goldsmith serve` still running? If it was started anew, open the address it printed.",
            retry: "now",
          }),
        ),
      { once: true },
    );
  });
}

function channelOver(socket: WebSocket): Channel {
  return {
    send: (frame) => {
      // A copy where needed: the socket takes views over plain buffers only.
      socket.send(typeof frame === "string" ? frame : new Uint8Array(frame));
    },
    onFrame: (listener) => {
      const take = (event: MessageEvent<unknown>) => {
        if (typeof event.data === "string") listener(event.data);
        else if (event.data instanceof ArrayBuffer) listener(new Uint8Array(event.data));
      };
      socket.addEventListener("message", take);
      return () => socket.removeEventListener("message", take);
    },
    onClose: (listener) => {
      if (socket.readyState === WebSocket.CLOSED) queueMicrotask(listener);
      socket.addEventListener("close", listener, { once: true });
      return () => socket.removeEventListener("close", listener);
    },
  };
}
