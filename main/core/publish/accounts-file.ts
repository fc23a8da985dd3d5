import { join } from "node:path";
import { z } from "zod";
import { AccountViewSchema, type AccountView } from "#contract/account.ts";
import { readJson, writeJson } from "#core/library/json-file.ts";

/** `<data>/accounts.json`, version 1. Holds no secret. */
const AccountsFileSchema = z.object({ version: z.literal(1), accounts: z.array(AccountViewSchema) });

export interface AccountsFile {
  read(): Promise<AccountView[]>;
  /** Reads, changes, writes; one change at a time, and never from an old copy in memory. */
  change(change: (accounts: AccountView[]) => AccountView[]): Promise<void>;
}

export function createAccountsFile(dataDirectory: string): AccountsFile {
  const path = join(dataDirectory, "accounts.json");
  let tail: Promise<void> = Promise.resolve();
  const read = async (): Promise<AccountView[]> => (await readJson(path, AccountsFileSchema))?.accounts ?? [];
  return {
    read,
    change(change) {
      const done = tail.then(async () => {
        await writeJson(path, { version: 1, accounts: change(await read()) }, 0o600);
      });
      tail = done.catch(() => {});
      return done;
    },
  };
}
