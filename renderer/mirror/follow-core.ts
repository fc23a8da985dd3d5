import type { Client } from "#rpc/api.ts";
import type { MirrorWriter } from "./mirror.ts";

/**
 * Feeds the mirror from the core until the signal aborts or the stream fails. A gap in the sequence ends the
 * subscription and begins a new one, which starts with a snapshot.
 */
export async function followCore(
  client: Pick<Client, "stream">,
  mirror: MirrorWriter,
  signal: AbortSignal,
  onLive: () => void,
): Promise<void> {
  while (!signal.aborted) {
    let complete = true;
    for await (const event of client.stream("state.watch", {}, signal)) {
      complete = mirror.apply(event);
      if (!complete) break;
      if (mirror.link().status !== "live") {
        mirror.setLink({ status: "live", error: null });
        onLive();
      }
    }
    // A stream that ends by itself means that the core closed it.
    if (complete) return;
  }
}
