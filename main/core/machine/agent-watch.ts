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
/** An agent that is busy answers the next time; one that has not answered so often in a row is none. */
const silentLooks = 3;

interface Found {
  agentVersion: string | null;
  /** null: it told none this time. */
  addresses: string[] | null;
}

/** QMP `query-chardev`: `frontend-open` when a program in the guest has the channel open. */
const ChardevsSchema = z.array(z.object({ label: z.string(), "frontend-open": z.boolean() }));

/** Asks the guest agent, where there is one, what it knows of the guest. */
export class AgentWatch {
  readonly #deps: AgentWatchDeps;
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | null = null;
  #closed = false;
  #silent = 0;

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
    let found: Found = { agentVersion: null, addresses: [] };
    try {
      if (await this.#isThere()) found = await this.#ask();
      this.#silent = 0;
    } catch (error) {
      const { code, message } = AppError.from(error);
      // Busy, or another program talks to it: what was known stays for a while.
      if (code === "timeout" && ++this.#silent < silentLooks) return;
      log.info("A guest agent cannot be asked", { code, message });
    }
    if (this.#closed) return;
    const known = state.view.addresses;
    const told = found.addresses ?? known;
    const addresses = told.join() === known.join() ? known : told;
    state.update({ agentVersion: found.agentVersion, addresses });
  }

  async #isThere(): Promise<boolean> {
    const chardevs = ChardevsSchema.parse(await this.#deps.execute("query-chardev"));
    return chardevs.find(({ label }) => label === agentChardevId)?.["frontend-open"] === true;
  }

  async #ask(): Promise<Found> {
    if (await thawLeftover(this.#deps.leftover)) this.#deps.onThawed();
    await using agent = await GuestAgent.connect(this.#deps.socketPath);
    const agentVersion = await agent.version();
    // It may be told not to tell, it does not while it is frozen, and in a slow guest it takes its time.
    const addresses = await agent.addresses().catch(() => null);
    return { agentVersion, addresses };
  }
}
