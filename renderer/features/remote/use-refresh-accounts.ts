import { useCallback, useState } from "react";
import { AppError } from "#core/lib/app-error.ts";
import { useCore } from "#renderer/host/core-context.tsx";

export interface RefreshFailure {
  readonly accountId: string;
  readonly error: AppError;
}

export interface RefreshAccounts {
  /** Asks all at once; one that does not answer does not hold up the others. */
  run: (accountIds: readonly string[]) => Promise<void>;
  pending: boolean;
  /** Ids of those that have answered since this screen was opened. */
  answered: readonly string[];
  failures: readonly RefreshFailure[];
}

export function useRefreshAccounts(): RefreshAccounts {
  const { client } = useCore();
  const [pending, setPending] = useState(false);
  const [answered, setAnswered] = useState<readonly string[]>([]);
  const [failures, setFailures] = useState<readonly RefreshFailure[]>([]);
  const run = useCallback(
    async (accountIds: readonly string[]) => {
      setPending(true);
      const results = await Promise.all(
        accountIds.map(async (accountId): Promise<RefreshFailure | string> => {
          try {
            await client.call("accounts.refresh", { accountId });
            return accountId;
          } catch (cause) {
            return { accountId, error: AppError.from(cause) };
          }
        }),
      );
      setAnswered((before) => [...before, ...results.filter((result) => typeof result === "string")]);
      setFailures(results.filter((result) => typeof result !== "string"));
      setPending(false);
    },
    [client],
  );
  return { run, pending, answered, failures };
}
