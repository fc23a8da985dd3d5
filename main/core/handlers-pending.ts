import type { CallName, BytesName } from "#contract/contract.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { Handlers } from "./handlers.ts";

const pendingCalls = [
  "terminals.open",
  "terminals.write",
  "terminals.resize",
  "terminals.close",
  "guest.authorize",
  "guest.status",
  "guest.run",
  "guest.upload",
  "guest.download",
  "recording.start",
  "recording.stop",
  "recipes.check",
  "recipes.build",
] as const satisfies CallName[];
const pendingBytes = ["terminals.read"] as const satisfies BytesName[];

const refuse = (name: string) => (): never => {
  throw new AppError("internal", `${name} is not part of this version`);
};

/** Parts of the contract that are designed and whose rooms are being built; each leaves this list when it lands. */
export const pendingHandlers = Object.fromEntries(
  [...pendingCalls, ...pendingBytes].map((name) => [name, refuse(name)]),
) as unknown as Pick<Handlers, (typeof pendingCalls)[number] | (typeof pendingBytes)[number]>;
