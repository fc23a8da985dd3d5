import type { Channel } from "#rpc/channel.ts";

export interface UploadProgress {
  signal: AbortSignal;
  onProgress: (doneBytes: number, totalBytes: number) => void;
}

/** What differs between the desktop window and a browser tab. Everything else goes through the contract. */
export interface Host {
  readonly kind: "electron" | "browser";
  /** Opens a pipe to the core. Rejects with AppError when there is no core to talk to. */
  connect(): Promise<Channel>;
  /**
   * The path, on the computer where the core runs, of a file that was dropped or chosen. The desktop knows it at
   * once; a browser has to send the bytes there first.
   */
  pathOf(file: File, upload: UploadProgress): Promise<string>;
}
