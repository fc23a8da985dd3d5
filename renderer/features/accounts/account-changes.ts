import type { AccountView } from "#contract/account.ts";
import type { InputOf } from "#contract/contract.ts";
import { DisplayNameSchema } from "#contract/machine.ts";
import type { ConnectField } from "#contract/provider-info.ts";
import { isSecretField } from "./connect-draft.ts";

/** As typed. Secrets begin empty, because no view shows them. */
export interface AccountDraft {
  name: string;
  fields: Readonly<Record<string, string>>;
}

export const accountDraft = (
  { name, settings }: AccountView,
  fields: readonly ConnectField[],
): AccountDraft => ({
  name,
  fields: Object.fromEntries(fields.map((field) => [field.name, settings[field.name] ?? ""])),
});

export interface JudgedChanges {
  /** null: something is wrong. */
  input: InputOf<"accounts.change"> | null;
  /** Keys are among the changes, so that the provider is asked. */
  asksProvider: boolean;
  problems: Readonly<Record<string, string>>;
}

/** Only what differs: a secret that was left empty stays, another field that was emptied goes. */
export function judgeChanges(
  draft: AccountDraft,
  account: AccountView,
  asked: readonly ConnectField[],
): JudgedChanges {
  const problems: Record<string, string> = {};
  const fields: Record<string, string> = {};
  for (const field of asked) {
    const { name, label, required } = field;
    const typed = draft.fields[name] ?? "";
    const value = typed.includes("\n") ? typed : typed.trim();
    if (isSecretField(field)) {
      if (value !== "") fields[name] = value;
    } else if (required && value === "") problems[name] = `${label} is needed`;
    else if (value !== (account.settings[name] ?? "")) fields[name] = value;
  }
  const name = draft.name.trim();
  if (!DisplayNameSchema.safeParse(name).success) problems["name"] = "A name of 1 to 80 characters";
  const asksProvider = Object.keys(fields).length > 0;
  const input = {
    accountId: account.id,
    ...(name === account.name ? {} : { name }),
    ...(asksProvider ? { fields } : {}),
  };
  return { input: Object.keys(problems).length === 0 ? input : null, asksProvider, problems };
}
