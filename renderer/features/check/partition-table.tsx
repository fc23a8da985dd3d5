import type { PartitionFacts } from "#contract/facts.ts";
import { formatBytes } from "#renderer/lib/format-bytes.ts";

interface PartitionTableProps {
  partitions: readonly PartitionFacts[];
  rootPartition: number | null;
}

export function PartitionTable({ partitions, rootPartition }: PartitionTableProps) {
  return (
    <table className="facts-table" aria-label="Partitions">
      <thead>
        <tr>
          <th scope="col">#</th>
          <th scope="col">Size</th>
          <th scope="col">Content</th>
          <th scope="col">Use</th>
        </tr>
      </thead>
      <tbody>
        {partitions.map((partition) => {
          const { filesystem } = partition;
          const unreadable = filesystem?.unreadable ?? null;
          const use = partition.number === rootPartition ? "root" : partition.typeName;
          return (
            <tr
              key={partition.number}
              title={`starts at byte ${partition.startByte}, type ${partition.typeId}`}
            >
              <td>{partition.number}</td>
              <td>{formatBytes(partition.sizeBytes)}</td>
              <td title={unreadable ?? filesystem?.uuid ?? undefined}>
                {filesystem === null ? "–" : filesystem.type}
                {unreadable !== null && <span className="faint"> (not readable)</span>}
              </td>
              <td className="truncate" title={filesystem?.label ?? undefined}>
                {use}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
