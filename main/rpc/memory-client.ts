import type { Handlers } from "#core/handlers.ts";
import type { Client } from "./api.ts";
import { createClient } from "./client.ts";
import { createChannelPair } from "./memory-channel.ts";
import { serveChannel, type ServeOptions } from "./serve-channel.ts";

/**
 * A client in the core's own process, for the command line and for tests. It speaks the same frames as a
 * window does, so that parsing, flow control and errors are the same everywhere.
 */
export function createMemoryClient(handlers: Handlers, options: ServeOptions = {}): Client {
  const [near, far] = createChannelPair();
  serveChannel(handlers, far, options);
  return createClient(near);
}
