import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import { hashToRoute, routeToHash, type Route } from "./route.ts";

/** The one dialog that may be open. Small questions ("Delete?") are asked where they arise instead. */
export type OpenDialog =
  | { kind: "create-machine"; isoPath: string | null }
  | { kind: "import-disk"; path: string }
  | { kind: "check-image" }
  | { kind: "publish"; imageId: string }
  | { kind: "connect-account" }
  | { kind: "connect-staging" }
  | { kind: "palette" }
  | { kind: "shortcuts" };

export interface ViewState {
  route: Route;
  dialog: OpenDialog | null;
  /** Text in the sidebar's search field. */
  filter: string;
}

export const viewStore = createStore<ViewState>(() => ({
  route: hashToRoute(globalThis.location?.hash ?? ""),
  dialog: null,
  filter: "",
}));

export const useView = <T>(select: (view: ViewState) => T): T => useStore(viewStore, select);

/** Shows a screen. `replace` leaves no trace in the history, for corrections. */
export function go(route: Route, how: "push" | "replace" = "push"): void {
  const hash = routeToHash(route);
  if (hash === routeToHash(viewStore.getState().route)) return;
  if (how === "push") window.history.pushState(null, "", hash);
  else window.history.replaceState(null, "", hash);
  viewStore.setState({ route });
}

export const openDialog = (dialog: OpenDialog): void => viewStore.setState({ dialog });
export const closeDialog = (): void => viewStore.setState({ dialog: null });
export const setFilter = (filter: string): void => viewStore.setState({ filter });

/** Back and forward, and addresses typed by hand. */
export function followAddressBar(): () => void {
  const follow = () => viewStore.setState({ route: hashToRoute(window.location.hash) });
  window.addEventListener("popstate", follow);
  window.addEventListener("hashchange", follow);
  follow(); // it may have changed since this module was loaded
  return () => {
    window.removeEventListener("popstate", follow);
    window.removeEventListener("hashchange", follow);
  };
}
