/**
 * A two-way pipe for frames: text (JSON) for calls and answers, bytes for byte streams. Ordered and complete,
 * or closed. Electron IPC, a WebSocket and a pair in memory all are one.
 */
export interface Channel {
  send(frame: string | Uint8Array): void;
  onFrame(listener: (frame: string | Uint8Array) => void): () => void;
  onClose(listener: () => void): () => void;
}
