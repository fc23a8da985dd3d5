import { createHash } from "node:crypto";
import type { FoundConfig } from "#contract/account.ts";
import type { ProviderId } from "#contract/finding.ts";
import type { StagingConnect } from "#contract/staging.ts";
import { AppError } from "#core/lib/app-error.ts";

/** What an import takes over, secrets among it. Goes into the keychain and nowhere else. */
export type Found =
  | {
      readonly kind: "account";
      readonly provider: ProviderId;
      /** Left out: the provider's own. */
      readonly apiBase?: string;
      /** By the names of the provider's connect form. */
      readonly fields: Readonly<Record<string, string>>;
    }
  | { readonly kind: "staging"; readonly place: StagingConnect["place"]; readonly secret?: string };

/** What the user adds at an import. */
export interface Additions {
  readonly passphrase?: string | undefined;
  /** By the names of `FoundConfig.asks`. */
  readonly fields: Readonly<Record<string, string>>;
}

/** One configuration that was found. `take` throws `bad-input` as long as something is missing. */
export interface Candidate {
  readonly found: FoundConfig;
  readonly take: (additions: Additions) => Found;
}

/** What the user had to add. Throws `bad-input`. */
export function added({ fields }: Additions, { name, label }: FoundConfig["asks"][number]): string {
  const value = (fields[name] ?? "").trim();
  if (value !== "") return value;
  throw new AppError("bad-input", `${label} is missing`, { details: { field: name } });
}

/** What every storage may be given beside its own. */
export const publicAddress = {
  name: "publicUrlTemplate",
  label: "Public address ({key} is replaced)",
  required: false,
};

/** The same for the same place on every call, so that an import finds what was shown. Tells nothing. */
export function foundId(tool: FoundConfig["tool"], where: string, section: string): string {
  const place = createHash("sha256").update(`${where}\0${section}`).digest("hex").slice(0, 16);
  return `${tool}-${place}`;
}

/** Names out of foreign files are shown: without control characters, and short. */
export const shownName = (text: string): string =>
  text.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, "").slice(0, 80);
