import { AppError } from "#core/lib/app-error.ts";
import type { ProviderAccess, ProviderManifest } from "./provider.ts";

/** A field of the connect form. Throws `unauthorized` when the account has none, or an empty one. */
export function accessField(access: ProviderAccess, manifest: ProviderManifest, name: string): string {
  const value = access.fields[name]?.trim() ?? "";
  if (value !== "") return value;
  const label = manifest.fields.find((field) => field.name === name)?.label ?? name;
  throw new AppError("unauthorized", `The ${manifest.name} account has no ${label}`, {
    hint: "Connect the account again.",
    details: { processed: "no" },
  });
}

/** Values that must never be shown: those of the secret fields. */
export const secretsOf = (access: ProviderAccess, manifest: ProviderManifest): string[] =>
  manifest.fields
    .filter(({ kind }) => kind === "secret" || kind === "secret-file")
    .map(({ name }) => access.fields[name] ?? "")
    .filter((value) => value !== "");
