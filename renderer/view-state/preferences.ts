import { z } from "zod";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

/** How a person likes the window. Kept in this browser or app profile; holds nothing but taste. */
const PreferencesSchema = z.object({
  theme: z.enum(["system", "light", "dark"]).catch("system"),
  sidebarWidthPx: z.number().min(200).max(420).catch(256),
  /** null: chosen to suit the pane. */
  terminalFontPx: z.number().int().min(8).max(32).nullable().catch(null),
  /** Serial guests are told no size and assume 80x24. */
  terminalFixedSize: z.boolean().catch(true),
});
export type Preferences = z.infer<typeof PreferencesSchema>;

const storageKey = "goldsmith.preferences";

export const preferencesStore = createStore<Preferences>(() => PreferencesSchema.parse(readStored()));

export const usePreference = <K extends keyof Preferences>(key: K): Preferences[K] =>
  useStore(preferencesStore, (preferences) => preferences[key]);

export function setPreference(change: Partial<Preferences>): void {
  preferencesStore.setState(PreferencesSchema.parse({ ...preferencesStore.getState(), ...change }));
  try {
    window.localStorage.setItem(storageKey, JSON.stringify(preferencesStore.getState()));
  } catch {
    // Storage may be forbidden or full; then the choice lasts as long as the window.
  }
}

function readStored(): Record<string, unknown> {
  try {
    const stored: unknown = JSON.parse(globalThis.localStorage?.getItem(storageKey) ?? "{}");
    return typeof stored === "object" && stored !== null ? { ...stored } : {};
  } catch {
    return {};
  }
}
