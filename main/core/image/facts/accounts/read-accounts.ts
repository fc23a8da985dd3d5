import type { AccountFacts } from "#contract/facts-identity.ts";
import type { FileTree } from "#core/image/filesystem/file-tree.ts";
import { printable } from "#core/image/source/binary.ts";
import { readPasswd, readTable } from "./account-files.ts";
import { readRootRights } from "./root-rights.ts";

const maxAccounts = 500;

/**
 * Whether a password opens an account (shadow(5), crypt(5)). Nothing between the colons: no password is asked.
 * `!`, `*` and whatever no password can hash to: locked, null. The hash itself is not passed on.
 */
export function passwordState(field: string): AccountFacts["password"] | null {
  if (field === "") return "empty";
  const isHash = /^\$[0-9a-z]{1,10}\$./i.test(field) || /^_[./0-9A-Za-z]{19}$/.test(field);
  return isHash || /^[./0-9A-Za-z]{13}$/.test(field) ? "set" : null;
}

/** Accounts that a password opens; null when the image has no list of accounts where systems keep it. */
export async function readAccounts(tree: FileTree): Promise<AccountFacts[] | null> {
  const [passwd, shadow] = await Promise.all([readPasswd(tree), readTable(tree, "/etc/shadow")]);
  if (passwd === null && shadow === null) return null;
  const rights = await readRootRights(tree);
  const known = new Map((passwd ?? []).map((entry) => [entry.user, entry]));
  const fields = new Map((passwd ?? []).map((entry) => [entry.user, entry.password]));
  for (const [user = "", field = ""] of shadow ?? []) {
    const own = fields.get(user);
    // a field in passwd that is not `x` counts before the shadow's
    if (user !== "" && (own === undefined || own === "x")) fields.set(user, field);
  }
  const accounts: AccountFacts[] = [];
  for (const [user, field] of fields) {
    const password = passwordState(field);
    if (password === null || accounts.length >= maxAccounts) continue;
    const entry = known.get(user);
    const mayBecomeRoot = entry?.uid === 0 || rights(user, entry?.gid ?? "");
    accounts.push({ user: printable(user, 64), uid: entry?.uid ?? null, password, mayBecomeRoot });
  }
  return accounts;
}
