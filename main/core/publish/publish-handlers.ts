import { discover, type World } from "#core/discover/discover.ts";
import type { Handlers } from "#core/handlers.ts";
import { readHostKey } from "#staging/sftp/read-host-key.ts";
import type { Accounts } from "./accounts/accounts.ts";
import { importFound } from "./accounts/import-found.ts";
import { planPublish, type PlanDeps } from "./plan/plan.ts";
import type { RemoteActions } from "./remote/remote-actions.ts";
import type { SpecialActions } from "./remote/special-actions.ts";
import type { Janitor } from "./staging/janitor.ts";
import type { Stagings } from "./staging/stagings.ts";
import { startPublishes } from "./start-publishes.ts";

type Names = Extract<keyof Handlers, `${"accounts" | "stagings" | "publish" | "remote"}.${string}`>;
type Deps = PlanDeps &
  Parameters<typeof startPublishes>[0] & {
    accounts: Accounts;
    stagings: Stagings;
    janitor: Janitor;
    remote: RemoteActions;
    special: SpecialActions;
    /** Where other tools keep their settings. */
    world: World;
  };

const done = {};

/** This room's part of the contract. */
export function publishHandlers(deps: Deps): Pick<Handlers, Names> {
  const { accounts, stagings, janitor, remote, special, world } = deps;
  return {
    "accounts.connect": async (input, signal) => ({ accountId: await accounts.connect(input, signal) }),
    "accounts.addPractice": async ({ provider }) => ({ accountIds: await accounts.addPractice(provider) }),
    "accounts.change": async ({ accountId, ...changes }, signal) => {
      await accounts.change(accountId, changes, signal);
      return done;
    },
    "accounts.test": async ({ accountId }, signal) => {
      await accounts.test(accountId, signal);
      return done;
    },
    "accounts.discover": () => discover(world),
    "accounts.importFound": (input, signal) => importFound({ accounts, stagings, world }, input, signal),
    "accounts.quota": ({ accountId }, signal) => accounts.quota(accountId, signal),
    "accounts.remove": async ({ accountId }) => {
      // A bucket in its own object storage goes with it, and could not be cleaned any more.
      for (const { id, place } of Object.values(deps.store.state.stagings)) {
        if (place.kind === "oci" && place.accountId === accountId) await janitor.assertUnused(id);
      }
      await accounts.remove(accountId);
      return done;
    },
    "accounts.refresh": async ({ accountId }, signal) => {
      await accounts.refresh(accountId, signal);
      return done;
    },

    "accounts.instances": ({ accountId }, signal) => special.instances(accountId, signal),
    "accounts.capture": async (input, signal) => ({ remoteImageId: await special.capture(input, signal) }),
    "accounts.mountIso": async (input, signal) => {
      await special.mountIso(input, signal);
      return done;
    },

    "stagings.connect": async (input, signal) => ({ stagingId: await stagings.connect(input, signal) }),
    "stagings.change": async ({ stagingId, ...changes }, signal) => {
      await stagings.change(stagingId, changes, signal);
      return done;
    },
    "stagings.remove": async ({ stagingId }) => {
      await janitor.assertUnused(stagingId);
      await stagings.remove(stagingId);
      return done;
    },

    "stagings.hostKey": (address, signal) => readHostKey(address, signal),
    "stagings.list": ({ stagingId }, signal) => janitor.list(stagingId, signal),
    "stagings.clean": ({ stagingId, kept }, signal) => janitor.clean(stagingId, signal, { kept }),

    "publish.plan": (input, signal) => planPublish(deps, input, signal),
    "publish.start": async (input) => ({ jobIds: await startPublishes(deps, input) }),

    "remote.rename": async ({ remoteImageId, ...change }, signal) => {
      await remote.rename(remoteImageId, change, signal);
      return done;
    },
    "remote.transfer": async ({ remoteImageId, region }, signal) => {
      await remote.transfer(remoteImageId, region, signal);
      return done;
    },
    "remote.delete": async ({ remoteImageId, typedName }, signal) => {
      await remote.delete(remoteImageId, typedName, signal);
      return done;
    },
    "remote.launchOptions": ({ remoteImageId }, signal) => remote.launchOptions(remoteImageId, signal),
    "remote.launch": (request, signal) => remote.launch(request, signal),
    "remote.export": async (input, signal) => ({ workRequestId: await special.exportImage(input, signal) }),
    "remote.shapes": ({ remoteImageId }, signal) => special.shapes(remoteImageId, signal),
    "remote.setShape": async ({ remoteImageId, ...shape }, signal) => {
      await special.setShape(remoteImageId, shape, signal);
      return done;
    },
    "remote.removeShape": async ({ remoteImageId, shape }, signal) => {
      await special.removeShape(remoteImageId, shape, signal);
      return done;
    },
    "remote.compartments": ({ remoteImageId }, signal) => special.compartments(remoteImageId, signal),
    "remote.move": async ({ remoteImageId, compartmentId }, signal) => {
      await special.move(remoteImageId, compartmentId, signal);
      return done;
    },
  };
}
