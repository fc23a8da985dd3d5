import type { AccountView } from "#contract/account.ts";
import type { RemoteState } from "#contract/remote-image.ts";
import type { RemoteQuery } from "./remote-rows.ts";
import { remoteStateWords } from "./remote-state.tsx";

interface RemoteFilterProps {
  query: RemoteQuery;
  onQuery: (query: RemoteQuery) => void;
  accounts: readonly AccountView[];
  /** Those that occur. */
  states: readonly RemoteState[];
}

export function RemoteFilter({ query, onQuery, accounts, states }: RemoteFilterProps) {
  return (
    <div className="remote-filter" role="search" aria-label="Remote images">
      <input
        type="search"
        className="input"
        aria-label="Search remote images"
        placeholder="Name, region or id"
        spellCheck={false}
        value={query.search}
        onChange={(event) => onQuery({ ...query, search: event.target.value })}
      />
      <select
        className="input select"
        aria-label="Account"
        value={query.accountId ?? ""}
        onChange={(event) => onQuery({ ...query, accountId: event.target.value || null })}
      >
        <option value="">All accounts</option>
        {accounts.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
      <select
        className="input select"
        aria-label="State"
        value={query.state ?? ""}
        onChange={(event) =>
          onQuery({ ...query, state: states.find((state) => state === event.target.value) ?? null })
        }
      >
        <option value="">All states</option>
        {states.map((state) => (
          <option key={state} value={state}>
            {remoteStateWords[state]}
          </option>
        ))}
      </select>
    </div>
  );
}
