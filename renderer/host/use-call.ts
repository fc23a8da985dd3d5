import { useCallback, useState } from "react";
import type { CallName, InputOf, OutputOf } from "#contract/contract.ts";
import { AppError } from "#core/lib/app-error.ts";
import { showError } from "#renderer/view-state/toasts.ts";
import { useCore } from "./core-context.tsx";

export interface CallState<N extends CallName> {
  /** Sends the call. null when it failed: then the error is told, here or as a toast. */
  run: (input: InputOf<N>) => Promise<OutputOf<N> | null>;
  pending: boolean;
  error: AppError | null;
  clearError: () => void;
}

/**
 * One contract call with its pending and failed state. `errors: "toast"` (the default) tells failures in the
 * corner of the window, `"inline"` leaves them to the component.
 */
export function useCall<N extends CallName>(name: N, errors: "toast" | "inline" = "toast"): CallState<N> {
  const { client } = useCore();
  const [pending, setPending] = useState(false);
  const [error, setError] = useState<AppError | null>(null);

  const run = useCallback(
    async (input: InputOf<N>) => {
      setPending(true);
      setError(null);
      try {
        return await client.call(name, input);
      } catch (cause) {
        const failure = AppError.from(cause);
        if (errors === "toast") showError(failure);
        else setError(failure);
        return null;
      } finally {
        setPending(false);
      }
    },
    [client, name, errors],
  );
  const clearError = useCallback(() => setError(null), []);
  return { run, pending, error, clearError };
}
