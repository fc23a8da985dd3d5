import type { CdpValue } from "./cdp.ts";

/** `Debugger.paused`: a page that has halted, innermost frame first. */
export interface Pause {
  callFrames: { callFrameId: string; functionName: string }[];
}

/**
 * Answers `askForPath` of the preload's world (see worlds.ts): the path of the file in its frame, "" for a file
 * that page code has made up. Any other halt just goes on.
 */
export async function pathOfPausedFile(
  pause: Pause,
  send: (method: string, params?: CdpValue) => Promise<CdpValue>,
): Promise<void> {
  try {
    const frame = pause.callFrames[0];
    if (frame?.functionName !== "askForPath") return;
    const { callFrameId } = frame;
    const evaluated = await send("Debugger.evaluateOnCallFrame", { callFrameId, expression: "file" });
    const { objectId } = evaluated["result"] as { objectId?: string };
    const { path } = await send("DOM.getFileInfo", { objectId });
    const expression = `answer = ${JSON.stringify(path)}`;
    await send("Debugger.evaluateOnCallFrame", { callFrameId, expression });
  } catch {
    // no file at all
  } finally {
    await send("Debugger.resume").catch(() => {});
  }
}
