import { StagingConnectSchema } from "#contract/staging.ts";
import { readFound, type World } from "#core/discover/discover.ts";
import type { Stagings } from "#core/publish/staging/stagings.ts";
import type { Accounts } from "./accounts.ts";

/**
 * Takes over what another tool has set up, as an account or as a storage: tested like one that was typed in. The
 * other tool's files are only read.
 */
export async function importFound(
  deps: { accounts: Pick<Accounts, "connect">; stagings: Pick<Stagings, "connect">; world: World },
  input: { foundId: string; name: string; passphrase?: string | undefined; fields: Record<string, string> },
  signal: AbortSignal,
): Promise<{ accountId: string | null; stagingId: string | null }> {
  const { accounts, stagings, world } = deps;
  const { foundId, name, passphrase, fields } = input;
  const found = await readFound(world, foundId, { passphrase, fields });
  if (found.kind === "account") {
    const { provider, apiBase } = found;
    const account = { name, provider, apiBase, fields: { ...found.fields }, staging: null };
    return { accountId: await accounts.connect(account, signal), stagingId: null };
  }
  const staging = StagingConnectSchema.parse({ name, place: found.place, secret: found.secret });
  return { accountId: null, stagingId: await stagings.connect(staging, signal) };
}
