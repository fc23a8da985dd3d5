import { AppError } from "#core/lib/app-error.ts";
import type { Client } from "#rpc/api.ts";
import type { Channel } from "#rpc/channel.ts";
import type { MirrorWriter } from "#renderer/mirror/mirror.ts";
import { followCore } from "#renderer/mirror/follow-core.ts";
import type { Host } from "./host.ts";

export interface Connection {
  /** Stays the same object over every reconnection. Calls made while there is no core reject at once. */
  readonly client: Client;
  retryNow(): void;
  close(): void;
}

const firstPauseMs = 250;
const longestPauseMs = 5000;

/** Keeps a pipe to the core open and the mirror fed from it, until closed. */
export function openConnection(
  host: Host,
  createClient: (channel: Channel) => Client,
  mirror: MirrorWriter,
): Connection {
  const closing = new AbortController();
  let live: Client | null = null;
  let wake: () => void = () => undefined;

  const run = async () => {
    let pauseMs = firstPauseMs;
    while (!closing.signal.aborted) {
      // The last error stays on the screen until the link is live: a banner must not flicker with every try.
      mirror.setLink({ status: "connecting", error: mirror.link().error });
      try {
        const channel = await host.connect();
        const session = new AbortController();
        const gone = () => session.abort();
        channel.onClose(gone);
        closing.signal.addEventListener("abort", gone, { once: true });
        live = createClient(channel);
        await followCore(live, mirror, session.signal, () => {
          pauseMs = firstPauseMs;
        });
      } catch (cause) {
        mirror.setLink({ status: "lost", error: AppError.from(cause) });
      }
      live = null;
      if (closing.signal.aborted) return;
      if (mirror.link().status !== "lost") mirror.setLink({ status: "lost", error: mirror.link().error });
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, pauseMs);
      });
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  };
  void run();

  const current = (): Client => {
    if (live !== null) return live;
    throw new AppError("network", "The window has no connection to Goldsmith", {
      hint: "It reconnects by itself; then try again.",
      retry: "later",
    });
  };

  return {
    client: {
      call: async (name, input, signal) => current().call(name, input, signal),
      stream: (name, input, signal) => current().stream(name, input, signal),
      bytes: (name, input, signal) => current().bytes(name, input, signal),
    },
    retryNow: () => wake(),
    close: () => {
      closing.abort();
      wake();
    },
  };
}
