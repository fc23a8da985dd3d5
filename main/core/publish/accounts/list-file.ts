import { z } from "zod";
import { readJson, writeJson } from "#core/library/json-file.ts";

/** A list of entries in one JSON file that more than one copy of the app may change. Holds no secret. */
export interface ListFile<T> {
  read(): Promise<T[]>;
  /** Reads, changes, writes; one change at a time, and never from an old copy in memory. */
  change(change: (entries: T[]) => T[]): Promise<void>;
}

/** `{version, <name>: [...]}` at a path, readable by its owner only. */
export function createListFile<T>(options: {
  path: string;
  name: string;
  version: number;
  entry: z.ZodType<T>;
}): ListFile<T> {
  const { path, name, version, entry } = options;
  const schema = z.object({ version: z.literal(version), [name]: z.array(entry) });
  let tail: Promise<void> = Promise.resolve();
  const read = async (): Promise<T[]> => {
    const content = await readJson(path, schema, version);
    return (content?.[name] ?? []) as T[];
  };
  return {
    read,
    change(change) {
      const done = tail.then(async () => {
        await writeJson(path, { version, [name]: change(await read()) }, 0o600);
      });
      tail = done.catch(() => {});
      return done;
    },
  };
}
