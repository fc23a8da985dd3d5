import { useSyncExternalStore } from "react";
import { preferencesStore, setPreference, usePreference } from "./preferences.ts";

export type ShownTheme = "light" | "dark";

const darkQuery = "(prefers-color-scheme: dark)";

/** Puts the chosen theme on <html>, where the tokens look for it. */
export function applyTheme(): () => void {
  const apply = () => {
    const { theme } = preferencesStore.getState();
    if (theme === "system") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = theme;
  };
  apply();
  return preferencesStore.subscribe(apply);
}

/** The theme that is on the screen, whoever chose it. */
export function useShownTheme(): ShownTheme {
  const chosen = usePreference("theme");
  const systemDark = useSyncExternalStore(followSystem, () => window.matchMedia(darkQuery).matches);
  if (chosen !== "system") return chosen;
  return systemDark ? "dark" : "light";
}

/** Switches to the other theme; back to "system" where that is the same. */
export function toggleTheme(): void {
  const system: ShownTheme = window.matchMedia(darkQuery).matches ? "dark" : "light";
  const { theme } = preferencesStore.getState();
  const shown = theme === "system" ? system : theme;
  const next = shown === "dark" ? "light" : "dark";
  setPreference({ theme: next === system ? "system" : next });
}

function followSystem(onChange: () => void): () => void {
  const query = window.matchMedia(darkQuery);
  query.addEventListener("change", onChange);
  return () => query.removeEventListener("change", onChange);
}
