import type { StagingItem } from "#contract/staging.ts";
import { Badge } from "#renderer/components/badge.tsx";
import { formatBytes } from "#renderer/lib/format-bytes.ts";
import { formatMoment } from "#renderer/lib/format-time.ts";
import { useDerived } from "#renderer/mirror/use-mirror.ts";
import { go } from "#renderer/view-state/view-state.ts";

export function StagingItems({ items }: { items: readonly StagingItem[] }) {
  return (
    <table className="staging-items" aria-label="What lies there">
      <thead>
        <tr>
          <th scope="col">Object</th>
          <th scope="col">Needed by</th>
          <th scope="col">Size</th>
          <th scope="col">Since</th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={`${item.kind} ${item.key}`}>
            <td>
              <code className="truncate" title={item.key}>
                {item.key}
              </code>
              {item.kind === "unfinished-upload" && <Badge tone="warn">unfinished</Badge>}
            </td>
            <td>
              {item.jobIds.length === 0 ? (
                <Badge tone="warn">left over</Badge>
              ) : (
                <>
                  <NeededBy jobIds={item.jobIds} />
                  {item.keptUntil !== null && (
                    <span className="soft"> kept for a retry until {formatMoment(item.keptUntil)}</span>
                  )}
                </>
              )}
              {item.exposed && <Badge tone="warn">public</Badge>}
            </td>
            <td>{item.sizeBytes === null ? "–" : formatBytes(item.sizeBytes)}</td>
            <td className="soft">{item.createdAt === null ? "–" : formatMoment(item.createdAt)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function NeededBy({ jobIds }: { jobIds: readonly string[] }) {
  const titles = useDerived(({ jobs }) => jobIds.map((id) => jobs[id]?.title ?? id));
  return titles.map((title, index) => (
    <button
      key={jobIds[index]}
      type="button"
      className="link-button truncate staging-job"
      onClick={() => go({ screen: "job", id: jobIds[index] ?? "" })}
    >
      {title}
    </button>
  ));
}
