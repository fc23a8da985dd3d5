import { useEffect } from "react";
import { AppError } from "#core/lib/app-error.ts";
import { useCore } from "#renderer/host/core-context.tsx";
import { mirrorStore } from "#renderer/mirror/mirror.ts";
import { showError } from "#renderer/view-state/toasts.ts";
import { pump, type Sink } from "./pump.ts";
import { replayFrom, splitAtPresent } from "./replay.ts";
import type { TerminalSession } from "./terminal-session.ts";

/**
 * Feeds the session with a machine's transcript and then with what is live. After a lost connection it reads on
 * from the byte it had reached, so nothing is missing and nothing comes twice.
 */
export function useConsoleBytes(session: TerminalSession | null, machineId: string): void {
  const { client } = useCore();
  useEffect(() => {
    if (session === null) return;
    const ending = new AbortController();
    const { signal } = ending;
    const presentByte = mirrorStore.getState().state.machines[machineId]?.transcriptBytes ?? 0;
    let nextByte = replayFrom(presentByte);
    session.setReplaying(nextByte < presentByte);

    const sink: Sink = {
      write: (data, onDrawn) => {
        const { past, live } = splitAtPresent(data, nextByte, presentByte);
        nextByte += data.length;
        const reachedPresent = nextByte >= presentByte;
        if (past.length > 0) {
          session.write(past, () => {
            if (reachedPresent) session.setReplaying(false);
            if (live.length === 0) onDrawn();
          });
        }
        if (live.length > 0) session.write(live, onDrawn);
      },
    };

    const follow = async () => {
      while (!signal.aborted) {
        try {
          await pump(client.bytes("console.read", { machineId, fromByte: nextByte }, signal), sink);
          return;
        } catch (cause) {
          if (signal.aborted) return;
          const error = AppError.from(cause);
          if (error.code === "not-found") return;
          if (error.code !== "network") return showError(error);
        }
        await untilLive(signal);
      }
    };
    void follow();
    return () => ending.abort();
  }, [client, machineId, session]);
}

/** Resolves when the window is connected (again), at the earliest in the next turn. */
async function untilLive(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 200));
  if (mirrorStore.getState().link.status === "live") return;
  await new Promise<void>((resolve) => {
    const stop = mirrorStore.subscribe(({ link }) => {
      if (link.status === "live") done();
    });
    const done = () => {
      stop();
      signal.removeEventListener("abort", done);
      resolve();
    };
    signal.addEventListener("abort", done, { once: true });
    if (signal.aborted) done();
  });
}
