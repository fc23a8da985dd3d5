import type { RemoteImage } from "#contract/remote-image.ts";
import { Icon } from "#renderer/components/icon.tsx";
import { formatBytes } from "#renderer/lib/format-bytes.ts";
import { formatAgo, formatMoment } from "#renderer/lib/format-time.ts";
import { useEntry } from "#renderer/mirror/use-mirror.ts";
import { useNow } from "#renderer/view-state/use-now.ts";
import { go } from "#renderer/view-state/view-state.ts";
import { orderBy, type RemoteColumn, type RemoteQuery } from "./remote-rows.ts";
import { RemoteState } from "./remote-state.tsx";
import "./remote-table.css";

interface RemoteTableProps {
  /** In the order in which they are shown. */
  images: readonly RemoteImage[];
  query: RemoteQuery;
  onQuery: (query: RemoteQuery) => void;
  /** false on the screen of one account. */
  showAccount?: boolean;
}

const columns: readonly { column: RemoteColumn | null; title: string }[] = [
  { column: "name", title: "Name" },
  { column: "account", title: "Account" },
  { column: "state", title: "State" },
  { column: null, title: "Regions" },
  { column: "size", title: "Size" },
  { column: "created", title: "Created" },
];

/** Images as they stand in the accounts, told by the providers. */
export function RemoteTable({ images, query, onQuery, showAccount = true }: RemoteTableProps) {
  const nowMs = useNow(30_000);
  const shown = columns.filter(({ column }) => showAccount || column !== "account");
  return (
    <table className="remote-table" aria-label="Remote images">
      <thead>
        <tr>
          {shown.map(({ column, title }) => (
            <th key={title} scope="col" aria-sort={sortOf(query, column)} className={`remote-${column}`}>
              {column === null ? (
                title
              ) : (
                <button type="button" onClick={() => onQuery(orderBy(query, column))}>
                  {title}
                  {query.column === column && <Icon name={query.ascending ? "arrow-up" : "arrow-down"} />}
                </button>
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {images.map((image) => (
          <RemoteRow key={image.id} image={image} showAccount={showAccount} nowMs={nowMs} />
        ))}
      </tbody>
    </table>
  );
}

function sortOf(query: RemoteQuery, column: RemoteColumn | null) {
  if (column === null) return undefined;
  if (query.column !== column) return "none";
  return query.ascending ? "ascending" : "descending";
}

interface RemoteRowProps {
  image: RemoteImage;
  showAccount: boolean;
  nowMs: number;
}

function RemoteRow({ image, showAccount, nowMs }: RemoteRowProps) {
  const account = useEntry("accounts", image.accountId);
  const { errorMessage } = image;
  return (
    <tr onClick={() => go({ screen: "remote-image", id: image.id })}>
      <td className="remote-name">
        <button
          type="button"
          className="remote-open truncate"
          onClick={(event) => {
            event.stopPropagation();
            go({ screen: "remote-image", id: image.id });
          }}
        >
          {image.name}
        </button>
        {errorMessage !== null && errorMessage !== "" && (
          <p className="remote-error" title={errorMessage}>
            {errorMessage}
          </p>
        )}
      </td>
      {showAccount && (
        <td className="remote-account">
          <span className="remote-account-name">
            <Icon name={account?.practice === true ? "flask" : "cloud"} />
            <span className="truncate">{account?.name ?? ""}</span>
          </span>
        </td>
      )}
      <td className="remote-state-cell">
        <RemoteState image={image} />
      </td>
      <td className="soft truncate" title={image.regions.join(", ")}>
        {image.regions.length === 0 ? "–" : image.regions.join(", ")}
      </td>
      <td className="remote-size">{image.sizeBytes === null ? "–" : formatBytes(image.sizeBytes)}</td>
      <td
        className="remote-created soft"
        title={image.createdAt === null ? "" : formatMoment(image.createdAt)}
      >
        {image.createdAt === null ? "–" : formatAgo(image.createdAt, nowMs)}
      </td>
    </tr>
  );
}
