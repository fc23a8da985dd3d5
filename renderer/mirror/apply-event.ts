import type { AppState, Change, StateEvent } from "#contract/state.ts";

export interface Numbered {
  state: AppState;
  seq: number | null;
}

/**
 * The state after an event, or "gap" when an event before it never came. Collections that did not change stay the
 * same objects, so that components which show them do not render.
 */
export function applyEvent({ state, seq }: Numbered, event: StateEvent): Numbered | "gap" {
  if (event.type === "snapshot") return { state: event.state, seq: event.seq };
  if (seq === null || event.seq !== seq + 1) return "gap";
  return { state: event.changes.reduce(applyChange, state), seq: event.seq };
}

function applyChange(state: AppState, { collection, id, value }: Change): AppState {
  const entries: Record<string, unknown> = { ...state[collection] };
  if (value === null) delete entries[id];
  else entries[id] = value;
  return { ...state, [collection]: entries };
}
