import type { CallName, InputOf, OutputOf } from "#contract/contract.ts";
import { SettingsSchema } from "#contract/settings.ts";
import type { AppState, Change } from "#contract/state.ts";
import { AppError } from "#core/lib/app-error.ts";
import { foundConfigs, practiceAccounts, stagingItems, stagings } from "./sample-accounts.ts";
import { batch } from "./sample-batch.ts";
import { compartments, instances, shapes } from "./sample-special.ts";
import { launchOptions, planFor } from "./sample-remote.ts";

type Answers = { [N in CallName]?: (input: InputOf<N>) => OutputOf<N> };

/** Accounts, staging, publishing and remote images, as far as a designer clicks on them. */
export function publishingAnswers(
  state: () => AppState | null,
  change: (...changes: Change[]) => void,
): Answers {
  const offered = new Map(shapes.map((each) => [each.shape, each]));
  const account = (id: string) => state()?.accounts[id];
  return {
    "publish.plan": ({ destinations }) => destinations.map(({ accountId }) => planFor(accountId)),
    "publish.start": ({ destinations }) => {
      const started = batch.slice(0, destinations.length);
      change(...started.map((value) => ({ collection: "jobs" as const, id: value.id, value })));
      return { jobIds: started.map(({ id }) => id) };
    },
    "settings.change": (part) => {
      const before = state()?.settings["settings"] ?? {};
      const value = SettingsSchema.parse({ ...before, ...part });
      change({ collection: "settings", id: "settings", value });
      return {};
    },
    "accounts.connect": ({ provider }) => {
      throw new AppError("unauthorized", `${provider} refused the token`, {
        details: { status: 401, answer: "Unable to authenticate you" },
      });
    },
    "accounts.addPractice": () => {
      change(...practiceAccounts.map((value) => ({ collection: "accounts" as const, id: value.id, value })));
      return { accountIds: practiceAccounts.map(({ id }) => id) };
    },
    "accounts.change": ({ accountId, ...part }) => {
      const before = account(accountId);
      if (before === undefined) return {};
      const { name, defaultRegion, stagingId } = part;
      const value = {
        ...before,
        ...(name === undefined ? {} : { name }),
        ...(defaultRegion === undefined ? {} : { defaultRegion }),
        ...(stagingId === undefined ? {} : { stagingId }),
      };
      change({ collection: "accounts", id: accountId, value });
      return {};
    },
    "accounts.test": () => ({}),
    "accounts.refresh": ({ accountId }) => {
      if (account(accountId)?.provider === "contabo") {
        throw new AppError("network", "api.contabo.com does not answer", { retry: "later" });
      }
      return {};
    },
    "accounts.remove": ({ accountId }) => (
      change({ collection: "accounts", id: accountId, value: null }),
      {}
    ),
    "accounts.quota": ({ accountId }) => planFor(accountId).quota,
    "accounts.discover": () => [...foundConfigs],
    "accounts.importFound": ({ foundId }) => {
      if (foundId.startsWith("rclone")) return { accountId: null, stagingId: "s-spaces" };
      throw new AppError("unauthorized", "The passphrase does not open the key");
    },
    "stagings.hostKey": () => ({
      type: "ssh-ed25519",
      sha256: "SHA256:n7P0sQpYb1i5cZ5q0y7sQ1Gx5J3o8Zk1B2c3D4e5F6g",
    }),
    "stagings.connect": () => {
      throw new AppError("staging-failed", "The bucket golden-images does not exist");
    },
    "stagings.list": ({ stagingId }) => {
      const found = stagingItems.filter((item) => item.stagingId === stagingId);
      const value = stagings.find(({ id }) => id === stagingId);
      if (value !== undefined) {
        const seen = {
          at: new Date().toISOString(),
          objects: found.filter(({ kind }) => kind === "object").length,
          unfinished: found.filter(({ kind }) => kind !== "object").length,
          bytes: found.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0),
        };
        change({ collection: "stagings", id: value.id, value: { ...value, seen } });
      }
      return found;
    },
    "stagings.clean": () => stagingItems.filter(({ jobIds }) => jobIds.length === 0),
    "remote.launchOptions": () => launchOptions,
    "remote.launch": () => ({ instanceId: "412908734", status: "new" }),
    "remote.rename": ({ remoteImageId, name }) => {
      const before = state()?.remoteImages[remoteImageId];
      if (before !== undefined) {
        change({ collection: "remoteImages", id: remoteImageId, value: { ...before, name } });
      }
      return {};
    },
    "remote.export": () => ({ workRequestId: "ocid1.coreservicesworkrequest.oc1..sample" }),
    "remote.shapes": () => [...offered.values()],
    "remote.setShape": ({ shape, ocpus = null, memoryGB = null }) => {
      offered.set(shape, { shape, ocpus, memoryGB });
      return {};
    },
    "remote.removeShape": ({ shape }) => {
      offered.delete(shape);
      return {};
    },
    "remote.compartments": () => [...compartments],
    "remote.move": ({ remoteImageId }) => {
      change({ collection: "remoteImages", id: remoteImageId, value: null });
      return {};
    },
    "accounts.instances": () => [...instances],
    "accounts.capture": () => {
      throw new AppError("provider-refused", "The instance has a snapshot under way", { retry: "later" });
    },
    "remote.delete": ({ remoteImageId }) => {
      change({ collection: "remoteImages", id: remoteImageId, value: null });
      return {};
    },
  };
}
