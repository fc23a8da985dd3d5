import type { IpcMainEvent, WebContents } from "electron";
import type { Channel } from "#rpc/channel.ts";
import { isWindowUrl } from "./window-origin.ts";

/** Name of the only IPC message that there is, in both directions: (session, frame). */
const message = "frame";

/**
 * Gives every document that the window shows a Channel of its own, told apart by the session id that the
 * preload makes for each. The channel of the document before is closed by the first frame of the next one, and
 * by the end of the renderer process. Frames count only from the window's top frame under its own address.
 */
export function acceptChannels(contents: WebContents, onChannel: (channel: Channel) => void): void {
  let current: DocumentChannel | null = null;
  const end = (): void => {
    current?.close();
    current = null;
  };
  contents.ipc.on(message, (event, session: unknown, frame: unknown) => {
    if (!isFromWindow(event, contents) || typeof session !== "string" || !isFrame(frame)) return;
    if (current?.session !== session) {
      end();
      current = new DocumentChannel(session, contents);
      onChannel(current);
    }
    current.deliver(frame);
  });
  contents.on("render-process-gone", end);
  contents.on("destroyed", end);
}

function isFromWindow(event: IpcMainEvent, contents: WebContents): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame === contents.mainFrame && isWindowUrl(frame.url);
}

const isFrame = (value: unknown): value is string | Uint8Array =>
  typeof value === "string" || value instanceof Uint8Array;

class DocumentChannel implements Channel {
  readonly session: string;
  readonly #contents: WebContents;
  readonly #frames = new Set<(frame: string | Uint8Array) => void>();
  readonly #closes = new Set<() => void>();
  #closed = false;

  constructor(session: string, contents: WebContents) {
    this.session = session;
    this.#contents = contents;
  }

  send(frame: string | Uint8Array): void {
    if (!this.#closed && !this.#contents.isDestroyed()) this.#contents.send(message, this.session, frame);
  }

  onFrame(listener: (frame: string | Uint8Array) => void): () => void {
    this.#frames.add(listener);
    return () => this.#frames.delete(listener);
  }

  onClose(listener: () => void): () => void {
    this.#closes.add(listener);
    return () => this.#closes.delete(listener);
  }

  deliver(frame: string | Uint8Array): void {
    for (const listener of this.#frames) listener(frame);
  }

  close(): void {
    this.#closed = true;
    for (const listener of this.#closes) listener();
  }
}
