import { LineLog } from "#core/library/line-log.ts";
import type { Clock } from "#ports/ports.ts";
import type { Processes } from "#ports/processes.ts";

/**
 * For tests: one life of the app, which ends at a record of its journals as if the process were killed there: the
 * record is on the disk, and nothing of this life goes on. Real kills (publish-crash) cost seconds each.
 */
export interface MortalLife {
  readonly processes: Processes;
  readonly clock: Clock;
  /** Records that were written so far. */
  readonly records: () => number;
  readonly ended: () => boolean;
  /** Resolves when the life has ended; never for one without an end. */
  readonly death: Promise<void>;
}

interface Life {
  readonly endsAtRecord: number | null;
  records: number;
  dead: boolean;
  readonly die: () => void;
}

const never = <T>(): Promise<T> => new Promise<T>(() => {});

/** Lives of one app, one after the other. `close` gives back what the dead held open. */
export function mortality(processes: Processes, clock: Clock) {
  // oxlint-disable-next-line typescript/unbound-method -- called with its `this` below
  const append = LineLog.prototype.append;
  const open = LineLog.open.bind(LineLog);
  const owners = new Map<LineLog<unknown>, Life>();
  let current: Life | null = null;
  let lives = 0;

  LineLog.open = async (path, schema) => {
    const life = current;
    const log = await open(path, schema);
    if (life !== null) owners.set(log as LineLog<unknown>, life);
    return log;
  };
  LineLog.prototype.append = async function (this: LineLog<unknown>, record: unknown) {
    const life = owners.get(this);
    if (life === undefined) return append.call(this, record);
    if (life.dead) return never();
    await append.call(this, record);
    life.records++;
    if (life.records === life.endsAtRecord) {
      life.dead = true;
      life.die();
    }
    return life.dead ? never() : undefined;
  };

  return {
    begin(endsAtRecord: number | null): MortalLife {
      const { promise, resolve } = Promise.withResolvers<void>();
      const life: Life = { endsAtRecord, records: 0, dead: false, die: resolve };
      current = life;
      const startToken = `life-${++lives}`;
      return {
        records: () => life.records,
        ended: () => life.dead,
        death: promise,
        processes: {
          ...processes,
          self: () => (life.dead ? never() : Promise.resolve({ pid: process.pid, startToken })),
          isAlive: async (owner) => owner.startToken === startToken,
        },
        clock: {
          nowIso: () => clock.nowIso(),
          nowMs: () => clock.nowMs(),
          sleep: async (durationMs, signal) => {
            await clock.sleep(durationMs, signal);
            if (life.dead) await never();
          },
        },
      };
    },
    async close() {
      LineLog.open = open;
      LineLog.prototype.append = append;
      for (const [log, life] of owners) if (life.dead) await log[Symbol.asyncDispose]();
    },
  };
}
