import { useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";
import type { AppState, CollectionName } from "#contract/state.ts";
import { mirrorStore, type Link } from "./mirror.ts";

type Entry<C extends CollectionName> = AppState[C][string];

/** One entry of a collection; undefined when it is not there (any more). */
export const useEntry = <C extends CollectionName>(collection: C, id: string): Entry<C> | undefined =>
  useStore(mirrorStore, ({ state }) => state[collection][id] as Entry<C> | undefined);

/** The entries of a collection that match, in the given order; renders only when one of them changed. */
export function useEntries<C extends CollectionName>(
  collection: C,
  order: (a: Entry<C>, b: Entry<C>) => number,
  match: (entry: Entry<C>) => boolean = () => true,
): Entry<C>[] {
  return useStore(
    mirrorStore,
    useShallow(({ state }) => (Object.values(state[collection]) as Entry<C>[]).filter(match).sort(order)),
  );
}

/** Anything derived from the state; the result is compared shallowly. */
export const useDerived = <T>(derive: (state: AppState) => T): T =>
  useStore(
    mirrorStore,
    useShallow(({ state }) => derive(state)),
  );

export const useLink = (): Link => useStore(mirrorStore, ({ link }) => link);
/** false until the first snapshot: nothing is known yet, so nothing is "empty" either. */
export const useKnown = (): boolean => useStore(mirrorStore, ({ seq }) => seq !== null);
export const useDoctorReport = () => useEntry("doctor", "report");
export const useAppInfo = () => useEntry("app", "info");

export const byName = (a: { name: string }, b: { name: string }): number =>
  a.name.localeCompare(b.name, undefined, { numeric: true, sensitivity: "base" });
export const newestFirst = (a: { createdAt: string }, b: { createdAt: string }): number =>
  b.createdAt.localeCompare(a.createdAt);
