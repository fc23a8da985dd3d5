import type { Handlers } from "#core/handlers.ts";
import type { Jobs } from "#core/job/runner.ts";
import type { createGuestCopyJob } from "./copy-job.ts";
import type { GuestAccess } from "./guest-access.ts";
import { consoleKeyLine } from "./key-scripts.ts";
import type { Terminals } from "./terminals.ts";

type GuestCall = Extract<keyof Handlers, `guest.${string}` | `terminals.${string}`>;
const done = {};

/** The guest's part of the contract. */
export function guestHandlers(deps: {
  guest: GuestAccess;
  terminals: Terminals;
  copy: ReturnType<typeof createGuestCopyJob>;
  jobs: Jobs;
}): Pick<Handlers, GuestCall> {
  const { guest, terminals, copy, jobs } = deps;
  return {
    "guest.authorize": async ({ machineId, ...login }, signal) => {
      await guest.authorize(machineId, login, signal);
      return done;
    },
    "guest.key": async ({ machineId }) => {
      const publicKey = await guest.publicKey(machineId);
      return { publicKey, command: consoleKeyLine(publicKey) };
    },
    "guest.status": ({ machineId }, signal) => guest.status(machineId, signal),
    "guest.run": ({ machineId, script }, signal) => guest.run(machineId, script, { signal }),
    "guest.upload": async (input) => ({ jobId: await jobs.start(copy, { direction: "upload", ...input }) }),
    "guest.download": async (input) => ({
      jobId: await jobs.start(copy, { direction: "download", ...input }),
    }),
    "terminals.open": async (input, signal) => ({ terminalId: await terminals.open(input, signal) }),
    "terminals.read": ({ terminalId }, signal) => terminals.read(terminalId, signal),
    "terminals.write": async ({ terminalId, text }) => {
      await terminals.write(terminalId, text);
      return done;
    },
    "terminals.resize": async ({ terminalId, columns, rows }) => {
      terminals.resize(terminalId, { columns, rows });
      return done;
    },
    "terminals.close": async ({ terminalId }) => {
      terminals.close(terminalId);
      return done;
    },
  };
}
