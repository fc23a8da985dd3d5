import type { AccountView } from "#contract/account.ts";
import type { ProviderId } from "#contract/finding.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Secrets } from "#ports/ports.ts";
import { manifests } from "#providers/manifests.ts";
import type { ProviderAccess, ProviderManifest } from "#providers/provider.ts";

const secretName = (accountId: string, field: string): string => `account/${accountId}/${field}`;

/** The manifest of a provider that accounts can be connected at. */
export function manifestOf(provider: ProviderId): ProviderManifest {
  const found = manifests.find(({ id }) => id === provider);
  if (found !== undefined) return found;
  throw new AppError("bad-input", `Goldsmith cannot connect accounts of ${provider}`);
}

const secretFields = (manifest: ProviderManifest): string[] =>
  manifest.fields.filter(({ kind }) => kind === "secret" || kind === "secret-file").map(({ name }) => name);

/**
 * What was typed into the connect form, told apart: secrets for the keychain, and settings that may be shown.
 * Throws `bad-input` for a field that is missing, unknown or not one of its choices.
 */
export function sortFields(
  manifest: ProviderManifest,
  given: Readonly<Record<string, string>>,
): { secrets: Record<string, string>; settings: Record<string, string> } {
  const secret = new Set(secretFields(manifest));
  const sorted = { secrets: {} as Record<string, string>, settings: {} as Record<string, string> };
  const known = new Set(manifest.fields.map(({ name }) => name));
  const stranger = Object.keys(given).find((name) => !known.has(name));
  if (stranger !== undefined) {
    throw new AppError("bad-input", `${manifest.name} accounts have no field ${stranger}`, {
      hint: `Its fields are ${[...known].join(", ")}.`,
    });
  }
  for (const { name, label, required, kind, choices } of manifest.fields) {
    const value = (given[name] ?? "").trim();
    if (value === "") {
      if (required) throw new AppError("bad-input", `${label} is needed for ${manifest.name}`);
      continue;
    }
    if (kind === "choice" && !choices.includes(value)) {
      throw new AppError("bad-input", `${label} is one of ${choices.join(", ")}`);
    }
    sorted[secret.has(name) ? "secrets" : "settings"][name] = value;
  }
  return sorted;
}

/** Puts an account's secrets into the keychain, one by one; after a failure none of them is left there. */
export async function keepSecrets(
  secrets: Secrets,
  account: Pick<AccountView, "id" | "provider">,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  try {
    for (const [name, value] of Object.entries(values)) {
      await secrets.set(secretName(account.id, name), value);
    }
  } catch (error) {
    await forgetSecrets(secrets, account);
    throw AppError.from(error);
  }
}

/**
 * Puts other secrets in the place of an account's. One that is not among them any more goes; after a failure the old
 * ones are back, as far as the keychain lets them.
 */
export async function replaceSecrets(
  secrets: Secrets,
  account: Pick<AccountView, "id" | "provider">,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  const names = secretFields(manifestOf(account.provider));
  const put = async (field: string, value: string | null): Promise<void> => {
    const name = secretName(account.id, field);
    await (value === null ? secrets.remove(name) : secrets.set(name, value));
  };
  const before = new Map<string, string | null>();
  try {
    for (const field of names) {
      before.set(field, await secrets.get(secretName(account.id, field)));
      await put(field, values[field] ?? null);
    }
  } catch (error) {
    for (const [field, value] of before) await put(field, value).catch(() => {}); // what went wrong is told below
    throw AppError.from(error);
  }
}

export async function forgetSecrets(
  secrets: Secrets,
  account: Pick<AccountView, "id" | "provider">,
): Promise<void> {
  for (const name of secretFields(manifestOf(account.provider))) {
    await secrets.remove(secretName(account.id, name));
  }
}

/** What is known of an account's fields: its settings, and the secrets that the keychain still has. */
export async function keptFields(secrets: Secrets, account: AccountView): Promise<Record<string, string>> {
  const fields: Record<string, string> = { ...account.settings };
  for (const name of secretFields(manifestOf(account.provider))) {
    const value = await secrets.get(secretName(account.id, name));
    if (value !== null) fields[name] = value;
  }
  return fields;
}

/** An account's access with its secrets out of the keychain. Throws `unauthorized` when one is gone from there. */
export async function readAccess(secrets: Secrets, account: AccountView): Promise<ProviderAccess> {
  const fields = await keptFields(secrets, account);
  const missing = manifestOf(account.provider).fields.some(
    ({ name, required }) => required && !(name in fields),
  );
  if (missing) throw goneFromKeychain(`account ${account.name}`);
  return { apiBase: account.apiBase, fields };
}

export const goneFromKeychain = (whose: string): AppError =>
  new AppError("unauthorized", `The keys of the ${whose} are no longer in the keychain`, {
    hint: "Connect it again.",
  });
