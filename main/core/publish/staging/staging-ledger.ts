import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "#core/lib/app-error.ts";
import { LineLog, readLineLog } from "#core/library/line-log.ts";
import { newId } from "#core/library/new-id.ts";
import { acquireLock } from "#core/library/owner-lock.ts";
import type { Ports } from "#ports/ports.ts";
import { StagedRecordSchema, stateOf, type StagedRecord, type StagedState } from "./staged-record.ts";

/** One object's log, held by this process. */
export interface LedgerEntry {
  readonly id: string;
  /** As the records tell it now. */
  state(): StagedState;
  /** On the disk when it resolves. */
  append(record: StagedRecord): Promise<void>;
  /** Lets go of it; its log stays. */
  close(): Promise<void>;
  /** Nothing of the object exists any more: its log goes too. */
  forget(): Promise<void>;
}

/** What is written down of all objects, one folder each, so that copies of the app do not write into one file. */
export interface StagingLedger {
  create(
    object: Omit<Extract<StagedRecord, { type: "object" }>, "type" | "version" | "at">,
  ): Promise<LedgerEntry>;
  /** null: there is no such entry, or another living copy of the app holds it. */
  open(id: string): Promise<LedgerEntry | null>;
  ids(): Promise<string[]>;
  /** Without holding it; null when there is none or it cannot be read. */
  peek(id: string): Promise<StagedState | null>;
}

export function createStagingLedger(ports: Ports): StagingLedger {
  const root = join(ports.directories.data, "staging");
  const folderOf = (id: string): string => join(root, id);
  const logOf = (id: string): string => join(folderOf(id), "log.jsonl");

  async function hold(id: string): Promise<{ log: LineLog<StagedRecord>; release: () => Promise<void> }> {
    const release = await acquireLock(join(folderOf(id), "owner.json"), ports.processes);
    try {
      return { log: await LineLog.open(logOf(id), StagedRecordSchema), release };
    } catch (error) {
      await release();
      throw error;
    }
  }

  function entryOf(id: string, log: LineLog<StagedRecord>, release: () => Promise<void>): LedgerEntry {
    const state = (): StagedState => {
      const known = stateOf(log.records);
      if (known === null) throw new AppError("internal", `The staging log ${id} has no beginning`);
      return known;
    };
    return {
      id,
      state,
      append: (record) => log.append(record),
      async close() {
        await log[Symbol.asyncDispose]();
        await release();
      },
      async forget() {
        await log[Symbol.asyncDispose]();
        await rm(folderOf(id), { recursive: true, force: true });
      },
    };
  }

  return {
    async create(object) {
      const id = newId();
      await mkdir(folderOf(id), { recursive: true });
      const { log, release } = await hold(id);
      await log.append({ type: "object", version: 1, ...object, at: ports.clock.nowIso() });
      return entryOf(id, log, release);
    },

    async open(id) {
      try {
        if ((await readdir(folderOf(id))).length === 0) return null;
        const { log, release } = await hold(id);
        const entry = entryOf(id, log, release);
        if (log.records.length > 0) return entry;
        await entry.forget();
        return null;
      } catch (error) {
        const failure = AppError.from(error);
        if (failure.code === "not-found" || failure.code === "already-exists") return null;
        throw failure;
      }
    },

    async ids() {
      await mkdir(root, { recursive: true });
      return (await readdir(root)).toSorted();
    },

    async peek(id) {
      const { records } = await readLineLog(logOf(id), StagedRecordSchema);
      return stateOf(records);
    },
  };
}
