import { createStore } from "zustand/vanilla";
import { emptyState, type AppState, type StateEvent } from "#contract/state.ts";
import type { AppError } from "#core/lib/app-error.ts";
import { applyEvent } from "./apply-event.ts";

export type LinkStatus = "connecting" | "live" | "lost";
export interface Link {
  status: LinkStatus;
  error: AppError | null;
}

export interface Mirror {
  /** The core's state as it was sent. Kept while the link is lost, so that nothing vanishes from the screen. */
  state: AppState;
  /** Sequence number of the last event; null before the first snapshot. */
  seq: number | null;
  link: Link;
}

export const mirrorStore = createStore<Mirror>(() => ({
  state: emptyState(),
  seq: null,
  link: { status: "connecting", error: null },
}));

/** The only thing that writes the mirror; held by the connection alone. */
export interface MirrorWriter {
  /** false: an event is missing, subscribe again. */
  apply(event: StateEvent): boolean;
  setLink(link: Link): void;
  link(): Link;
}

export function createMirrorWriter(store = mirrorStore): MirrorWriter {
  return {
    apply: (event) => {
      const { state, seq } = store.getState();
      const next = applyEvent({ state, seq }, event);
      if (next === "gap") return false;
      store.setState(next);
      return true;
    },
    setLink: (link) => store.setState({ link }),
    link: () => store.getState().link,
  };
}
