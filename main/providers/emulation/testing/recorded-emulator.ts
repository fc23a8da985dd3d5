import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Processes } from "#ports/processes.ts";
import type { Emulator, EmulatorOptions, Exchange } from "../emulator.ts";
import type { EmulatorFaults, RequestFault } from "../faults.ts";
import type { WriteFileAtomic } from "../stored-state.ts";
import { hastyClock } from "./hasty-clock.ts";

export interface RecordingOptions {
  readonly processes: Processes;
  readonly writeFileAtomic: WriteFileAtomic;
  /** Beside the queue of faults of requests. */
  readonly importFault?: EmulatorFaults["import"] | undefined;
  /** Requests that faults may befall; all unless it is given. */
  readonly mayFail?: (request: { method: string; path: string }) => boolean;
  /** Makes what tells what is wrong with an exchange; null: nothing is there to tell by. */
  readonly judge: (() => (exchange: Exchange) => string[]) | null;
}

/** For tests: an emulator in a temporary folder, in a hurry, whose traffic is recorded. */
export interface RecordedEmulator<E extends Emulator = Emulator> {
  readonly folder: string;
  /** The one that runs now: another one after `restart`. */
  readonly emulator: E;
  readonly exchanges: readonly Exchange[];
  /** For the next requests, in order; null lets one through. */
  readonly queue: (RequestFault | null)[];
  /** What went over the wire and is not as the judge wants it. */
  problems(): string[];
  /** On the same port; `meanwhile` runs while it is down. */
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  /** Replaces the account's content, as `state.json` holds it. */
  refill(state: object): Promise<void>;
  close(): Promise<void>;
}

/** `start` starts the emulator with at least the options that it is given. */
export async function recordEmulator<E extends Emulator>(
  start: (options: Omit<EmulatorOptions, "secret">) => Promise<E>,
  options: RecordingOptions,
): Promise<RecordedEmulator<E>> {
  const { processes, writeFileAtomic, importFault, mayFail = () => true, judge } = options;
  const folder = await mkdtemp(join(tmpdir(), "goldsmith-emulator-"));
  const exchanges: Exchange[] = [];
  const queue: (RequestFault | null)[] = [];
  const faults: EmulatorFaults = {
    request: (request) => (mayFail(request) ? (queue.shift() ?? null) : null),
    ...(importFault === undefined ? {} : { import: importFault }),
  };
  const startOn = (port: number): Promise<E> =>
    start({
      folder,
      port,
      processes,
      writeFileAtomic,
      clock: hastyClock,
      paceMs: 1,
      faults,
      onExchange: (exchange) => exchanges.push(exchange),
    });
  let emulator = await startOn(0);
  const restart = async (meanwhile = async (): Promise<void> => {}): Promise<void> => {
    const port = Number(new URL(emulator.apiBase).port);
    await emulator.close();
    await meanwhile();
    emulator = await startOn(port);
  };
  return {
    folder,
    get emulator() {
      return emulator;
    },
    exchanges,
    queue,
    problems: () => (judge === null ? [] : exchanges.flatMap(judge())),
    restart,
    refill: (state) => restart(() => writeFileAtomic(join(folder, "state.json"), JSON.stringify(state))),
    async close() {
      await emulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
