import { contextBridge, ipcRenderer, webUtils } from "electron";

/**
 * All that the window gets of Electron: a pipe for frames and the path of a file that the user has dropped or
 * chosen. What the frames mean is known to the window and the core only.
 *
 * Every document has a session id, so that frames of a page before a reload never meet the page after it.
 */
const session = crypto.randomUUID();

contextBridge.exposeInMainWorld("goldsmith", {
  send: (frame: string | Uint8Array): void => ipcRenderer.send("frame", session, frame),
  onFrame: (listener: (frame: string | Uint8Array) => void): (() => void) => {
    const deliver = (_event: unknown, of: string, frame: string | Uint8Array): void => {
      if (of === session) listener(frame);
    };
    ipcRenderer.on("frame", deliver);
    return () => ipcRenderer.off("frame", deliver);
  },
  pathForFile: (file: File): string => webUtils.getPathForFile(file),
});
