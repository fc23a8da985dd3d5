import type { FoundConfig } from "#contract/account.ts";
import { AppError } from "#core/lib/app-error.ts";
import { foundId, type Candidate } from "./candidate.ts";

/** Something that is there and cannot be taken over: shown with the reason, so that nobody wonders. */
export function closed(
  found: Pick<FoundConfig, "tool" | "provider" | "becomes" | "name" | "where">,
  why: string,
): Candidate {
  return {
    found: {
      ...found,
      id: foundId(found.tool, found.where, found.name),
      needsPassphrase: false,
      asks: [],
      missing: why,
    },
    take: () => {
      throw new AppError("bad-input", `${found.name} cannot be taken over: ${why}`, {
        hint: "Connect the account by hand: its form says what is needed.",
      });
    },
  };
}
