import { SettingsSchema, type Settings } from "#contract/settings.ts";
import { useEntry } from "#renderer/mirror/use-mirror.ts";

const unset: Settings = SettingsSchema.parse({});

export const useSettings = (): Settings => useEntry("settings", "settings") ?? unset;
