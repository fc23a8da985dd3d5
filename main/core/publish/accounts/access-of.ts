import type { AccountView } from "#contract/account.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Practice } from "#core/practice/practice.ts";
import type { Secrets } from "#ports/ports.ts";
import type { ProviderAccess } from "#providers/provider.ts";
import { readAccess } from "./account-access.ts";

/** What opens an account: out of the keychain, or of the emulator that is started for it. */
export async function accessOf(
  deps: { secrets: Secrets; practice: Practice },
  account: AccountView,
): Promise<ProviderAccess> {
  if (!account.practice) return readAccess(deps.secrets, account);
  const access = (await deps.practice.start()).accounts[account.provider];
  if (access !== undefined) return access;
  throw new AppError("not-found", `There is no practice account of ${account.provider}`);
}
