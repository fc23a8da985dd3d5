import { LeftoverKindSchema, type LeftoverFacts } from "#contract/facts-identity.ts";
import { attempt } from "#core/image/facts/attempt.ts";
import { readHomes } from "#core/image/facts/accounts/homes.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import { findPackageCaches } from "./caches.ts";
import { findCredentials } from "./credentials.ts";
import { findHistories } from "./histories.ts";
import { findInstallerLogs, findLogs } from "./logs.ts";
import { findPrivateKeys } from "./private-keys.ts";
import { createSurvey, type Survey } from "./survey.ts";
import { findTokens } from "./tokens.ts";
import {
  findBuildUsers,
  findCloudInitState,
  findCrashes,
  findMail,
  findPasswordCopies,
  findSshTraces,
  findSwapFiles,
  findTemporary,
} from "./traces.ts";

/** More of one kind are counted, not listed. */
const maxPerKind = 40;

type Topic = readonly [what: string, find: (survey: Survey) => Promise<LeftoverFacts[]>];

/**
 * What a finished image should not carry, sorted by kind and path. Contents are never told. Every topic has a
 * limit of its own; one that meets it is said in `notes`.
 */
export async function readLeftovers(tree: FileTree, notes: string[]): Promise<LeftoverFacts[]> {
  const homes = await readHomes(tree);
  const topics: readonly Topic[] = [
    ["Private keys", (survey) => findPrivateKeys(survey, homes)],
    ["Credentials", (survey) => findCredentials(survey, homes)],
    ["Tokens", (survey) => findTokens(survey, homes)],
    ["Shell histories", (survey) => findHistories(survey, homes)],
    ["Logs", findLogs],
    ["Files of the installer", findInstallerLogs],
    ["Package caches", findPackageCaches],
    ["Mail", (survey) => findMail(survey, homes)],
    ["Known hosts", (survey) => findSshTraces(survey, homes)],
    ["Temporary files", findTemporary],
    ["Crashes", findCrashes],
    ["Swap files", findSwapFiles],
    ["Copies of passwords", (survey) => findPasswordCopies(tree, survey)],
    ["Users of the build", (survey) => findBuildUsers(tree, survey, homes)],
    ["State of cloud-init", findCloudInitState],
  ];
  const found = await Promise.all(
    topics.map(async ([what, find]) => {
      const survey = createSurvey(tree);
      const part = await attempt(notes, what, () => find(survey));
      if (survey.isCut) notes.push(`${what}: there are so many files that not all were looked at.`);
      return part ?? [];
    }),
  );
  return arrange(found.flat(), notes);
}

function arrange(found: readonly LeftoverFacts[], notes: string[]): LeftoverFacts[] {
  return LeftoverKindSchema.options.flatMap((kind) => {
    const own = found
      .filter((leftover) => leftover.kind === kind)
      .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
    if (own.length > maxPerKind)
      notes.push(`${own.length - maxPerKind} more leftovers of the kind ${kind} are not listed.`);
    return own.slice(0, maxPerKind).map(({ path, detail, sizeBytes }) => ({
      kind,
      path: printable(path),
      detail: printable(detail),
      sizeBytes,
    }));
  });
}
