import type { Checkpoint } from "#contract/checkpoint.ts";

export interface CheckpointRow {
  readonly checkpoint: Checkpoint;
  /** How many checkpoints it builds on. */
  readonly depth: number;
}

/** Checkpoints with each below the one that it builds on, oldest first among siblings. */
export function checkpointRows(checkpoints: readonly Checkpoint[]): CheckpointRow[] {
  const known = new Set(checkpoints.map(({ id }) => id));
  const oldestFirst = [...checkpoints].sort((a, b) => a.createdAt.localeCompare(b.createdAt));
  const rows: CheckpointRow[] = [];
  const seen = new Set<string>();
  const add = (parentId: string | null, depth: number): void => {
    for (const checkpoint of oldestFirst) {
      const parent =
        checkpoint.parentId !== null && known.has(checkpoint.parentId) ? checkpoint.parentId : null;
      if (parent !== parentId || seen.has(checkpoint.id)) continue;
      seen.add(checkpoint.id);
      rows.push({ checkpoint, depth });
      add(checkpoint.id, depth + 1);
    }
  };
  add(null, 0);
  return rows;
}
