import { useEffect } from "react";
import { fileName } from "#renderer/lib/file-name.ts";
import { useDerived } from "#renderer/mirror/use-mirror.ts";
import type { AppState } from "#contract/state.ts";
import type { Route } from "#renderer/view-state/route.ts";

/** What the route shows, for the window's title and the task bar. */
export function routeTitle(route: Route, state: AppState): string {
  switch (route.screen) {
    case "machine":
      return state.machines[route.id]?.name ?? "";
    case "image":
      return state.images[route.id]?.name ?? "";
    case "account":
      return state.accounts[route.id]?.name ?? "";
    case "remote":
      return "Remote images";
    case "remote-image":
      return state.remoteImages[route.id]?.name ?? "";
    case "staging":
      return state.stagings[route.id]?.name ?? "";
    case "settings":
      return "Settings";
    case "batch":
    case "job":
      return state.jobs[route.id]?.title ?? "";
    case "report":
      return fileName(state.reports[route.key]?.path ?? "");
    case "activity":
      return "Activity";
    case "isos":
      return "Installers";
    case "doctor":
      return "Doctor";
    case "home":
      return "";
  }
}

export function useWindowTitle(route: Route): void {
  const title = useDerived((state) => routeTitle(route, state));
  useEffect(() => {
    document.title = title === "" ? "Goldsmith" : `${title} – Goldsmith`;
  }, [title]);
}
