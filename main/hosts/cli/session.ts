import { createCore, type Core } from "#core/create-core.ts";
import type { Ports } from "#ports/ports.ts";
import { createMemoryClient } from "#rpc/memory-client.ts";
import type { Session } from "./command.ts";

/** A core that hangs on closing must not keep the terminal; guests go on anyway. */
const closeLimitMs = 10_000;

export interface OpenSession extends Session {
  close(): Promise<void>;
}

/** The contract in this very process. Interrupted jobs are shown, not resumed: a command is soon over. */
export async function openSession(ports: Ports): Promise<OpenSession> {
  const core = await createCore(ports, { host: "cli" });
  return {
    client: createMemoryClient(core.handlers),
    state: core.store.state,
    changes: (signal) => changes(core, signal),
    close: () => within(core.close(), closeLimitMs),
  };
}

async function* changes(core: Core, signal: AbortSignal): AsyncGenerator<void> {
  for await (const _event of core.store.watch(signal)) yield;
}

async function within(work: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)));
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
