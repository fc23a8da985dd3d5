import { join } from "node:path";
import { z } from "zod";
import { SettingsSchema, type Settings } from "#contract/settings.ts";
import { readJson, writeJson } from "#core/library/json-file.ts";
import type { StateStore } from "#core/state-store.ts";

/** `<data>/settings.json`: what a person has set for the whole app. */
export interface AppSettings {
  load(): Promise<void>;
  /** As they are now. */
  current(): Settings;
  /** Another upload limit, in bytes a second, until this process ends; written down nowhere. */
  limitForNow(bytesPerSecond: number): void;
  change(changes: { [K in keyof Settings]?: Settings[K] | undefined }): Promise<void>;
}

const FileSchema = z.object({ version: z.literal(1), settings: SettingsSchema });

/** `apply` is told the settings that hold: when they are loaded and after every change. */
export function createSettings(deps: {
  dataDirectory: string;
  store: StateStore;
  apply: (settings: Settings) => void;
}): AppSettings {
  const { dataDirectory, store, apply } = deps;
  let limitForNow: number | null = null;
  const applyAll = (settings: Settings): void =>
    apply({
      ...settings,
      uploadLimitBytesPerSecond: limitForNow ?? settings.uploadLimitBytesPerSecond,
    });
  const put = (settings: Settings): void => {
    store.put("settings", "settings", settings);
    applyAll(settings);
  };
  const path = join(dataDirectory, "settings.json");
  const read = async (): Promise<Settings> =>
    (await readJson(path, FileSchema))?.settings ?? SettingsSchema.parse({});
  const current = (): Settings => store.state.settings["settings"] ?? SettingsSchema.parse({});
  let tail: Promise<void> = Promise.resolve();

  return {
    async load() {
      put(await read());
    },
    current,
    limitForNow(bytesPerSecond) {
      limitForNow = bytesPerSecond;
      applyAll(current());
    },
    change(changes) {
      const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
      const done = tail.then(async () => {
        const settings: Settings = { ...(await read()), ...given };
        await writeJson(path, { version: 1, settings });
        put(settings);
      });
      tail = done.catch(() => {});
      return done;
    },
  };
}
