import { useCallback } from "react";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";
import type { CheckReport, Subject } from "#contract/report.ts";
import { AppError } from "#core/lib/app-error.ts";
import { useCore } from "#renderer/host/core-context.tsx";
import { useEntry } from "#renderer/mirror/use-mirror.ts";
import { go, viewStore } from "#renderer/view-state/view-state.ts";
import { subjectKey } from "./subject.ts";

/** Checks that this window asked for and has no answer to, and those whose call itself failed. */
interface Asked {
  running: Readonly<Record<string, true>>;
  failed: Readonly<Record<string, AppError>>;
}
const askedStore = createStore<Asked>(() => ({ running: {}, failed: {} }));

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
      askedStore.setState(({ running, failed }) => ({
        running: { ...running, [key]: true },
        failed: without(failed, key),
      }));
      try {
        const report = await client.call("check.run", { subject });
        const { route } = viewStore.getState();
        // The core may know the file by a fuller path than the one that was given.
        if (route.screen === "report" && route.key === key && report.key !== key) {
          go({ screen: "report", key: report.key }, "replace");
        }
      } catch (cause) {
        const error = AppError.from(cause);
        askedStore.setState(({ failed }) => ({ failed: { ...failed, [key]: error } }));
      } finally {
        askedStore.setState(({ running }) => ({ running: without(running, key) }));
      }
    },
    [client],
  );
}

export interface CheckState {
  key: string;
  report: CheckReport | undefined;
  running: boolean;
  /** The call failed before there was a report. */
  failure: AppError | null;
}

export function useCheckState(key: string): CheckState {
  const report = useEntry("reports", key);
  const running = useStore(askedStore, (asked) => asked.running[key] === true);
  const failure = useStore(askedStore, (asked) => asked.failed[key] ?? null);
  return { key, report, running, failure };
}
