import { useCallback } from "react";
import { useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";
import { createStore } from "zustand/vanilla";
import type { UnpackProgress } from "#contract/published.ts";
import type { CheckReport, Subject } from "#contract/report.ts";
import { AppError } from "#core/lib/app-error.ts";
import { useCore } from "#renderer/host/core-context.tsx";
import { useEntry } from "#renderer/mirror/use-mirror.ts";
import { go, viewStore } from "#renderer/view-state/view-state.ts";
import { createTurns } from "./turns.ts";
import { subjectKey } from "./subject.ts";

interface Running {
  readonly startedMs: number;
  readonly ending: AbortController;
  /** Of an archive that has to be unpacked first. */
  readonly unpacking: UnpackProgress | null;
}

/** Checks that this window asked for and has no answer to, and those whose call itself failed. */
interface Asked {
  running: Readonly<Record<string, Running>>;
  failed: Readonly<Record<string, AppError>>;
}
const askedStore = createStore<Asked>(() => ({ running: {}, failed: {} }));

/** Reading is work for the core and its helpers: of a heap of dropped files these many are read at a time. */
const takeTurn = createTurns(3);

function without<T>(entries: Readonly<Record<string, T>>, key: string): Record<string, T> {
  const { [key]: _left, ...rest } = entries;
  return rest;
}

/** Starts a check. With `show` its panel opens at once and fills when the report arrives. */
export function useRunCheck(): (subject: Subject, options?: { show?: boolean }) => Promise<void> {
  const { client } = useCore();
  return useCallback(
    async (subject, options = {}) => {
      const key = subjectKey(subject);
      if (options.show === true) go({ screen: "report", key });
      const own: Running = { startedMs: Date.now(), ending: new AbortController(), unpacking: null };
      const { signal } = own.ending;
      /** Another check of the same thing may have taken over. */
      const isOwn = (running: Asked["running"]): boolean => running[key]?.ending === own.ending;
      const watch = async (): Promise<void> => {
        try {
          for await (const unpacking of client.stream("check.progress", { key }, signal)) {
            askedStore.setState(({ running }) => ({
              running: isOwn(running) ? { ...running, [key]: { ...own, unpacking } } : running,
            }));
          }
        } catch {
          // What went wrong is told by the check itself.
        }
      };
      askedStore.getState().running[key]?.ending.abort();
      askedStore.setState(({ running, failed }) => ({
        running: { ...running, [key]: own },
        failed: without(failed, key),
      }));
      try {
        const report = await takeTurn(() => {
          const reading = client.call("check.run", { subject }, signal);
          void watch();
          return reading;
        });
        const { route } = viewStore.getState();
        // The core may know the file by a fuller path than the one that was given.
        if (route.screen === "report" && route.key === key && report.key !== key) {
          go({ screen: "report", key: report.key }, "replace");
        }
      } catch (cause) {
        const error = AppError.from(cause);
        if (signal.aborted) return;
        askedStore.setState(({ failed }) => ({ failed: { ...failed, [key]: error } }));
      } finally {
        askedStore.setState(({ running }) => ({
          running: isOwn(running) ? without(running, key) : running,
        }));
      }
    },
    [client],
  );
}

/** Stops reading; a report that was there before stays. */
export const cancelCheck = (key: string): void => askedStore.getState().running[key]?.ending.abort();

export interface CheckState {
  key: string;
  report: CheckReport | undefined;
  running: boolean;
  /** When this window asked; 0 when nothing runs. */
  startedMs: number;
  unpacking: UnpackProgress | null;
  /** The call failed before there was a report. */
  failure: AppError | null;
}

export function useCheckState(key: string): CheckState {
  const report = useEntry("reports", key);
  const startedMs = useStore(askedStore, (asked) => asked.running[key]?.startedMs ?? 0);
  const unpacking = useStore(askedStore, (asked) => asked.running[key]?.unpacking ?? null);
  const failure = useStore(askedStore, (asked) => asked.failed[key] ?? null);
  return { key, report, running: startedMs > 0, startedMs, unpacking, failure };
}

/** Keys of all that is being read for this window, the oldest first. */
export const useRunningChecks = (): string[] =>
  useStore(
    askedStore,
    useShallow(({ running }) => Object.keys(running)),
  );
