import { readBootEntries } from "#core/image/facts/boot/boot-entries.ts";
import { attempt } from "#core/image/facts/attempt.ts";
import { placeName } from "#core/image/facts/disk-layout.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import type { Candidate } from "./candidates.ts";
import { isNamedBy } from "./device-name.ts";
import { completeness } from "./looks-like-root.ts";

/** A candidate with everything at its place. */
export interface Assembled {
  readonly candidate: Candidate;
  readonly tree: FileTree;
}

/**
 * The system that starts: the one a boot menu names first, else the most complete one, else the first. There is
 * a note when there are several.
 */
export async function chooseRoot(
  systems: readonly Assembled[],
  efiTrees: readonly FileTree[],
  notes: string[],
): Promise<Assembled | null> {
  const [only] = systems;
  if (only === undefined || systems.length === 1) return only ?? null;
  const votes = new Map<Assembled, number>();
  for (const { tree } of systems) {
    const entries = await attempt(notes, "A boot menu", () => readBootEntries(tree, efiTrees));
    const commandLine = entries?.[0]?.commandLine.text ?? "";
    const named = systems.find(({ candidate }) => isStartedBy(candidate, commandLine));
    if (named !== undefined) votes.set(named, (votes.get(named) ?? 0) + 1);
  }
  let best = only;
  let bestScore = -1;
  for (const system of systems) {
    const complete = await attempt(notes, nameOf(system.candidate), () => completeness(system.tree));
    const score = (votes.get(system) ?? 0) * 4 + (complete ?? 0);
    if (score > bestScore) [best, bestScore] = [system, score];
  }
  const names = systems.map(({ candidate }) => nameOf(candidate));
  notes.push(
    `There are ${systems.length} systems in the image (${names.slice(0, 5).join(", ")}); ${nameOf(best.candidate)} was read.`,
  );
  return best;
}

/** `root=`, and for btrfs `rootflags=subvol=` (kernel-parameters.txt). */
function isStartedBy({ volume, subvolume }: Candidate, commandLine: string): boolean {
  const argument = (name: string): string | undefined =>
    new RegExp(`(?:^|\\s)${name}=(\\S+)`).exec(commandLine)?.[1];
  const root = argument("root");
  if (root === undefined || !isNamedBy(volume, root)) return false;
  const path = /(?:^|,)subvol=\/?([^,]+)/.exec(argument("rootflags") ?? "")?.[1];
  return path === undefined || path === subvolume;
}

const nameOf = ({ volume, subvolume }: Candidate): string =>
  subvolume === null ? placeName(volume) : `${placeName(volume)}, subvolume ${printable(subvolume, 80)}`;
