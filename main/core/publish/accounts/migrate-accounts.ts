import { join } from "node:path";
import { z } from "zod";
import { AccountViewSchema } from "#contract/account.ts";
import { S3PlaceSchema, type StagingView } from "#contract/staging.ts";
import { readJson, writeJson } from "#core/library/json-file.ts";
import type { Secrets } from "#ports/ports.ts";
import type { ListFile } from "./list-file.ts";
import { stagingSecretName } from "#core/publish/staging/staging-secret.ts";

/** Version 1: an account had one S3 storage written into it, and its key under the account's name. */
const FirstVersionSchema = z.object({
  version: z.literal(1),
  accounts: z.array(
    AccountViewSchema.omit({ settings: true, stagingId: true }).extend({ staging: S3PlaceSchema.nullable() }),
  ),
});
const AnyVersionSchema = z.union([FirstVersionSchema, z.looseObject({ version: z.literal(2) })]);

const oldSecretName = (accountId: string): string => `account/${accountId}/s3-secret`;

/**
 * Makes `accounts.json` of version 1 into version 2: the storage becomes one of `stagings.json`, under the
 * account's id, so that doing it again after a crash in between makes no second one.
 */
export async function migrateAccounts(options: {
  dataDirectory: string;
  secrets: Secrets;
  stagings: ListFile<StagingView>;
}): Promise<void> {
  const { dataDirectory, secrets, stagings } = options;
  const path = join(dataDirectory, "accounts.json");
  const content = await readJson(path, AnyVersionSchema, 2);
  if (content?.version !== 1) return;
  const { accounts } = FirstVersionSchema.parse(content);
  const made = accounts.flatMap(({ id, name, practice, createdAt, staging }): StagingView[] => {
    if (staging === null) return [];
    return [
      { id, name: practice ? name : `${name} storage`, practice, place: staging, createdAt, seen: null },
    ];
  });
  for (const { id } of made) {
    const secret = await secrets.get(oldSecretName(id));
    if (secret !== null) await secrets.set(stagingSecretName(id), secret);
  }
  const ids = new Set(made.map(({ id }) => id));
  await stagings.change((entries) => [...entries.filter(({ id }) => !ids.has(id)), ...made]);
  const changed = accounts.map(({ staging, ...account }) => ({
    ...account,
    settings: {},
    stagingId: staging === null ? null : account.id,
  }));
  await writeJson(path, { version: 2, accounts: changed }, 0o600);
  for (const { id } of made) await secrets.remove(oldSecretName(id));
}
