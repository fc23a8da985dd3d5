import type { IconName } from "#renderer/components/icon.tsx";
import { matchWords } from "#renderer/lib/match-words.ts";

/** Something that can be done or shown, as the palette lists it. */
export interface Action {
  id: string;
  title: string;
  /** What it belongs to: shown behind the title and searched as well. */
  group: string;
  icon: IconName;
  keys?: readonly string[];
  /** Why it cannot be done now. */
  unavailable?: string | null;
  run: () => void;
}

export const isAvailable = ({ unavailable = null }: Action): boolean => unavailable === null;

/** The actions that answer a search, best first; without one, all in their own order. */
export function findActions(actions: readonly Action[], search: string): Action[] {
  return actions
    .map((action, order) => ({ action, order, score: matchWords(search, `${action.title} ${action.group}`) }))
    .filter((found): found is typeof found & { score: number } => found.score !== null)
    .map((found) => ({ ...found, score: found.score - (isAvailable(found.action) ? 0 : 100) }))
    .sort((a, b) => b.score - a.score || a.order - b.order)
    .map(({ action }) => action);
}
