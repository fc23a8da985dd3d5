import type { RemoteImage, RemoteState } from "#contract/remote-image.ts";
import { matchWords } from "#renderer/lib/match-words.ts";

export type RemoteColumn = "name" | "account" | "state" | "size" | "created";

export interface RemoteQuery {
  readonly search: string;
  /** null: of all accounts, in all states. */
  readonly accountId: string | null;
  readonly state: RemoteState | null;
  readonly column: RemoteColumn;
  readonly ascending: boolean;
}

export const newestRemote: RemoteQuery = {
  search: "",
  accountId: null,
  state: null,
  column: "created",
  ascending: false,
};

/** What needs attention stands first when ordered by state. */
const stateOrder: readonly RemoteState[] = ["error", "unknown", "creating", "deleting", "available"];

/** A click on a heading: the same one turns the order round, another begins with its natural one. */
export const orderBy = (query: RemoteQuery, column: RemoteColumn): RemoteQuery => ({
  ...query,
  column,
  ascending: query.column === column ? !query.ascending : column !== "created" && column !== "size",
});

/** The images that answer the query, in its order. `accountName` gives the account's name by its id. */
export function remoteRows(
  images: readonly RemoteImage[],
  query: RemoteQuery,
  accountName: (accountId: string) => string,
): RemoteImage[] {
  const fits = (image: RemoteImage): boolean =>
    (query.accountId === null || image.accountId === query.accountId) &&
    (query.state === null || image.state === query.state) &&
    matchWords(
      query.search,
      [image.name, accountName(image.accountId), image.providerImageId, ...image.regions].join(" "),
    ) !== null;
  const turn = query.ascending ? 1 : -1;
  return images
    .filter(fits)
    .sort((a, b) => turn * compare(a, b, query.column, accountName) || a.name.localeCompare(b.name));
}

function compare(
  a: RemoteImage,
  b: RemoteImage,
  column: RemoteColumn,
  accountName: (accountId: string) => string,
): number {
  switch (column) {
    case "name":
      return a.name.localeCompare(b.name, undefined, { numeric: true, sensitivity: "base" });
    case "account":
      return accountName(a.accountId).localeCompare(accountName(b.accountId));
    case "state":
      return stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state);
    case "size":
      return (a.sizeBytes ?? -1) - (b.sizeBytes ?? -1);
    case "created":
      return (a.createdAt ?? "").localeCompare(b.createdAt ?? "");
  }
}
