import type { RawData, WebSocket } from "ws";
import type { Channel } from "#rpc/channel.ts";

/** One WebSocket as a Channel. Frames sent after the close are dropped, as the caller learns of it by onClose. */
export function createSocketChannel(socket: WebSocket): Channel {
  return {
    send: (frame) => {
      if (socket.readyState === socket.OPEN) socket.send(frame);
    },
    onFrame: (listener) => {
      const onMessage = (data: RawData, isBinary: boolean): void => {
        const bytes = toBuffer(data);
        listener(isBinary ? bytes : bytes.toString("utf8"));
      };
      socket.on("message", onMessage);
      return () => socket.off("message", onMessage);
    },
    onClose: (listener) => {
      socket.once("close", listener);
      return () => socket.off("close", listener);
    },
  };
}

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}
