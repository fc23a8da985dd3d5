import { LineLog, readLineLog } from "#core/library/line-log.ts";
import { JournalRecordSchema, type JournalRecord } from "./events.ts";

/** Everything that is certain about one job, in order; what was reported done is on the disk. */
export type Journal = LineLog<JournalRecord>;

export const openJournal = (path: string): Promise<Journal> => LineLog.open(path, JournalRecordSchema);

/** Reads without opening for writing. */
export const readJournal = (path: string): Promise<{ records: JournalRecord[] }> =>
  readLineLog(path, JournalRecordSchema);
