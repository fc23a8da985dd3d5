import { z } from "zod";
import { AppError } from "#core/lib/app-error.ts";
import type { Log } from "#ports/ports.ts";
import { thawLeftover } from "./frozen.ts";
import { GuestAgent } from "./guest-agent.ts";
import type { MachineState } from "./machine-state.ts";
import { agentChardevId } from "./qemu-args.ts";
import type { QmpExecute } from "./qmp-client.ts";

interface AgentWatchDeps {
  readonly log: Log;
  readonly state: MachineState;
  readonly socketPath: string;
  readonly execute: QmpExecute;
  /** What a killed app may have left frozen. */
  readonly leftover: Parameters<typeof thawLeftover>[0];
  readonly onThawed: () => void;
}

/** Addresses change seldom, and nobody waits for them. */
const lookMs = 5_000;

/** QMP `query-chardev`: `frontend-open` when a program in the guest has the channel open. */
const ChardevsSchema = z.array(z.object({ label: z.string(), "frontend-open": z.boolean() }));

/** Asks the guest agent, where there is one, what it knows of the guest. */
export class AgentWatch {
  readonly #deps: AgentWatchDeps;
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | null = null;
  #closed = false;

  constructor(deps: AgentWatchDeps) {
    this.#deps = deps;
    this.#timer = setInterval(() => void this.look(), lookMs);
    this.#timer.unref();
  }

  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = null));
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { state, log } = this.#deps;
    let found: { agentVersion: string | null; addresses: string[] } = { agentVersion: null, addresses: [] };
    try {
      if (await this.#isThere()) found = await this.#ask();
    } catch (error) {
      const { code, message } = AppError.from(error);
      if (code === "timeout") return; // busy, or another program talks to it: what was known stays
      log.info("A guest agent cannot be asked", { code, message });
    }
    if (this.#closed) return;
    const known = state.view.addresses;
    const same = found.addresses.join() === known.join();
    state.update({ agentVersion: found.agentVersion, addresses: same ? known : found.addresses });
  }

  async #isThere(): Promise<boolean> {
    const chardevs = ChardevsSchema.parse(await this.#deps.execute("query-chardev"));
    return chardevs.find(({ label }) => label === agentChardevId)?.["frontend-open"] === true;
  }

  async #ask(): Promise<{ agentVersion: string; addresses: string[] }> {
    if (await thawLeftover(this.#deps.leftover)) this.#deps.onThawed();
    await using agent = await GuestAgent.connect(this.#deps.socketPath);
    const agentVersion = await agent.version();
    // an agent may be told not to tell
    const addresses = await agent.addresses().catch(() => []);
    return { agentVersion, addresses };
  }
}
