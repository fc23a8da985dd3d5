import { z } from "zod";
import type { AccountView } from "#contract/account.ts";
import { AppError } from "#core/lib/app-error.ts";
import { manifestOf } from "./accounts/account-access.ts";

/** Where the file goes on its way: onto a storage, to the operator's storage for good, or nowhere. */
export const PublishTargetSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("staging"), stagingId: z.string() }),
  z.object({ kind: z.literal("hand-off"), stagingId: z.string() }),
  z.object({ kind: z.literal("address"), url: z.string() }),
]);
export type PublishTarget = Readonly<z.infer<typeof PublishTargetSchema>>;

/** Throws `bad-input` when the account has no storage and none is named. */
export function targetOf(
  account: AccountView,
  destination: { stagingId: string | null; sourceUrl: string | null },
): PublishTarget {
  const { ingest } = manifestOf(account.provider).capabilities;
  const isHandOff = ingest.every((each) => each === "operator-hand-off");
  if (destination.sourceUrl !== null && !isHandOff) return { kind: "address", url: destination.sourceUrl };
  const stagingId = destination.stagingId ?? account.stagingId;
  if (stagingId !== null) return { kind: isHandOff ? "hand-off" : "staging", stagingId };
  throw new AppError("bad-input", `The account ${account.name} has no staging storage`, {
    hint: isHandOff
      ? "Give the account the storage on which the operator keeps stock images."
      : "Give the account a storage where images can be put, or an address where the image lies already.",
  });
}

const before = [
  { name: "judge", title: "Check for the provider" },
  { name: "hash", title: "Checksum" },
  { name: "prepare", title: "Prepare the file" },
  { name: "quota", title: "Ask for room" },
] as const;
const stage = { name: "stage", title: "Upload to staging" };
const after = [
  { name: "link", title: "Check the link" },
  { name: "register", title: "Register with the provider" },
  { name: "follow", title: "Import at the provider" },
  { name: "clean", title: "Empty the staging" },
  { name: "finish", title: "Finish the image" },
] as const;

export function stepsFor(target: PublishTarget): { name: string; title: string }[] {
  switch (target.kind) {
    case "staging":
      return [...before, stage, ...after];
    case "hand-off":
      return [
        ...before,
        { ...stage, title: "Upload to the operator's storage" },
        { name: "hand-off", title: "Write the hand-off" },
      ];
    case "address":
      return [...before, ...after];
  }
}
