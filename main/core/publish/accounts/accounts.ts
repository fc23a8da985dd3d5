import { join } from "node:path";
import type { z } from "zod";
import {
  AccountViewSchema,
  type AccountConnectSchema,
  type AccountView,
  type Quota,
} from "#contract/account.ts";
import type { ParsedInputOf } from "#contract/contract.ts";
import type { ProviderId } from "#contract/finding.ts";
import { AppError } from "#core/lib/app-error.ts";
import { newId } from "#core/library/new-id.ts";
import type { Practice } from "#core/practice/practice.ts";
import type { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import { createProviderClient } from "#providers/clients.ts";
import type { ProviderAccess, ProviderClient, ProviderManifest } from "#providers/provider.ts";
import { manifests } from "#providers/manifests.ts";
import { practicePlaceFor } from "#core/publish/staging/practice-place.ts";
import { accessOf } from "./access-of.ts";
import {
  forgetSecrets,
  keepSecrets,
  keptFields,
  manifestOf,
  replaceSecrets,
  sortFields,
} from "./account-access.ts";
import { createListFile, type ListFile } from "./list-file.ts";
import { assertPrivateWay } from "./private-way.ts";
import { findOffered } from "#core/publish/remote/offered-images.ts";
import type { RemoteImages } from "#core/publish/remote/remote-images.ts";
import { needsStaging } from "#core/publish/staging/janitor.ts";
import type { Stagings } from "#core/publish/staging/stagings.ts";

type ConnectInput = z.output<typeof AccountConnectSchema>;
type AccountChanges = Omit<ParsedInputOf<"accounts.change">, "accountId">;

/** An account ready for use. */
export interface OpenAccount {
  account: AccountView;
  provider: ProviderClient;
}

export interface Accounts {
  load(): Promise<void>;
  /** Tests the credentials and a new staging storage, then keeps both; answers the new account's id. */
  connect(input: ConnectInput, signal?: AbortSignal): Promise<string>;
  /** Answers the ids of the practice accounts, or of that of one provider; adds those that are missing. */
  addPractice(provider?: ProviderId): Promise<string[]>;
  /** New keys among the changes are tested before the old ones are replaced. */
  change(id: string, changes: AccountChanges, signal?: AbortSignal): Promise<void>;
  /** Asks with the kept credentials. */
  test(id: string, signal?: AbortSignal): Promise<void>;
  /** Forgets the account and its secrets. Nothing at the provider changes. */
  remove(id: string): Promise<void>;
  /** Reads the account's images into the state. */
  refresh(id: string, signal?: AbortSignal): Promise<void>;
  quota(id: string, signal?: AbortSignal): Promise<Quota | null>;
  view(id: string): AccountView;
  open(id: string): Promise<OpenAccount>;
}

const neverAborts = (): AbortSignal => new AbortController().signal;

export function createAccounts(deps: {
  ports: Ports;
  store: StateStore;
  practice: Practice;
  stagings: Stagings;
  remoteImages: RemoteImages;
}): Accounts {
  const { ports, store, practice, stagings, remoteImages } = deps;
  const { secrets, clock, directories } = ports;
  const file: ListFile<AccountView> = createListFile({
    path: join(directories.data, "accounts.json"),
    name: "accounts",
    version: 2,
    entry: AccountViewSchema,
  });
  let adding: Promise<unknown> = Promise.resolve();

  function view(id: string): AccountView {
    const account = store.state.accounts[id];
    if (account === undefined) throw new AppError("not-found", `There is no account ${id}`);
    return account;
  }

  async function keep(account: AccountView): Promise<void> {
    await file.change((accounts) => [...accounts.filter(({ id }) => id !== account.id), account]);
    store.put("accounts", account.id, account);
  }

  function assertFreeName(name: string, exceptId?: string): void {
    if (
      Object.values(store.state.accounts).some((account) => account.name === name && account.id !== exceptId)
    )
      throw new AppError("already-exists", `There is an account named ${name} already`);
  }

  /** Its keys are needed to clean up, too. */
  function assertIdle(id: string): void {
    const nowMs = Date.parse(clock.nowIso());
    const jobs = Object.values(store.state.jobs).filter(
      ({ kind, subject }) => kind === "publish" && subject.accountId === id,
    );
    if (!jobs.some((job) => job.status !== "failed" && needsStaging(job, nowMs))) return;
    throw new AppError("bad-input", "A publish to this account is under way", {
      hint: "Wait for it or cancel it first.",
    });
  }

  const clientOf = (provider: ProviderId, access: ProviderAccess): ProviderClient =>
    createProviderClient(provider, access, { clock });

  async function open(id: string): Promise<OpenAccount> {
    const account = view(id);
    const access = await accessOf({ secrets, practice }, account);
    const provider = clientOf(account.provider, access);
    const current: AccountView = { ...account, apiBase: access.apiBase };
    if (access.apiBase !== account.apiBase) await keep(current); // an emulator on another port
    return { account: current, provider };
  }

  async function refresh(id: string, signal = neverAborts()): Promise<void> {
    const { account, provider } = await open(id);
    const images = await provider.listImages(signal);
    const offered = await findOffered(store, id, provider, signal);
    if (!(id in store.state.accounts)) return;
    remoteImages.showAll(account.id, [...images, ...offered.map(({ image }) => image)]);
    for (const { image, publishedFrom } of offered) remoteImages.show(account.id, image, publishedFrom);
  }

  /** The staging of a new account: an existing one, or one that is connected with it. */
  async function provideStaging(
    input: ConnectInput["staging"],
    account: { id: string; name: string },
    signal: AbortSignal,
  ): Promise<{ stagingId: string | null; made: boolean }> {
    if (input === null) return { stagingId: null, made: false };
    if (input.kind === "existing") return { stagingId: stagings.view(input.stagingId).id, made: false };
    const connect =
      input.kind === "new"
        ? input.connect
        : {
            name: `${account.name}: ${input.bucket}`.slice(0, 80),
            place: { kind: "oci" as const, accountId: account.id, bucket: input.bucket },
          };
    return { stagingId: await stagings.connect(connect, signal), made: true };
  }

  /** What was typed stands before what is kept; a practice account has its keys from its emulator. */
  async function provedKeys(account: AccountView, fields: Record<string, string>, signal: AbortSignal) {
    const manifest = manifestOf(account.provider);
    if (account.practice) throw new AppError("bad-input", "A practice account has no keys to change");
    const kept = await keptFields(secrets, account);
    const sorted = sortFields(manifest, { ...kept, ...fields });
    const access = { apiBase: account.apiBase, fields: { ...sorted.settings, ...sorted.secrets } };
    await clientOf(manifest.id, access).testCredentials(signal);
    await replaceSecrets(secrets, account, sorted.secrets);
    return sorted;
  }

  async function newPractice(manifest: ProviderManifest): Promise<string | null> {
    const known = Object.values(store.state.accounts).find(
      ({ practice: isPractice, provider }) => isPractice && provider === manifest.id,
    );
    if (known !== undefined) return known.id;
    const access = (await practice.start()).accounts[manifest.id];
    if (access === undefined) return null;
    const id = newId();
    const account: AccountView = {
      id,
      name: `Practice ${manifest.name}`,
      provider: manifest.id,
      practice: true,
      apiBase: access.apiBase,
      defaultRegion: access.fields["region"] ?? manifest.defaultRegion ?? "",
      settings: sortFields(manifest, access.fields).settings,
      stagingId: null,
      createdAt: clock.nowIso(),
    };
    const kind = practicePlaceFor(manifest.capabilities);
    await keep({ ...account, stagingId: await stagings.addPractice({ kind, accountId: id }) });
    return id;
  }

  return {
    view,
    open,
    refresh,

    async load() {
      for (const account of await file.read()) store.put("accounts", account.id, account);
    },

    async connect(input, signal = neverAborts()) {
      const manifest = manifestOf(input.provider);
      const apiBase = input.apiBase ?? manifest.defaultApiBase;
      if (apiBase === null) {
        throw new AppError("bad-input", `The address of the ${manifest.name} panel is needed`);
      }
      const { secrets: values, settings } = sortFields(manifest, input.fields);
      assertPrivateWay(apiBase);
      assertFreeName(input.name);
      const id = newId();
      const provider = clientOf(manifest.id, { apiBase, fields: { ...settings, ...values } });
      await provider.testCredentials(signal);
      const { stagingId, made } = await provideStaging(input.staging, { id, name: input.name }, signal);
      const account: AccountView = {
        id,
        name: input.name,
        provider: manifest.id,
        practice: false,
        apiBase,
        // An account that lives in one region says so in its form.
        defaultRegion: settings["region"] ?? input.defaultRegion ?? manifest.defaultRegion ?? "",
        settings,
        stagingId,
        createdAt: clock.nowIso(),
      };
      try {
        await keepSecrets(secrets, account, values);
        await keep(account);
      } catch (error) {
        await forgetSecrets(secrets, account);
        if (made && stagingId !== null) await stagings.remove(stagingId);
        throw AppError.from(error);
      }
      // The account is connected; a list that fails now can be had later.
      await refresh(id, signal).catch((error: unknown) => {
        ports.log.warn("images of a new account could not be listed", { account: id, error: String(error) });
      });
      return id;
    },

    addPractice(provider) {
      const wanted = manifests.filter(({ id }) => provider === undefined || provider === id);
      const done = adding.then(async () => {
        const ids: string[] = [];
        for (const manifest of wanted) {
          const id = await newPractice(manifest);
          if (id !== null) ids.push(id);
        }
        return ids;
      });
      adding = done.catch(() => {});
      return done;
    },

    async change(id, { name, defaultRegion, stagingId, fields }, signal = neverAborts()) {
      const account = view(id);
      if (name !== undefined) assertFreeName(name, id);
      if (typeof stagingId === "string") stagings.view(stagingId);
      const keys = fields === undefined ? null : await provedKeys(account, fields, signal);
      await keep({
        ...account,
        ...(name === undefined ? {} : { name }),
        ...(defaultRegion === undefined ? {} : { defaultRegion }),
        ...(stagingId === undefined ? {} : { stagingId }),
        ...(keys === null ? {} : { settings: keys.settings }),
        ...(keys?.settings["region"] === undefined ? {} : { defaultRegion: keys.settings["region"] }),
      });
    },

    async test(id, signal = neverAborts()) {
      await (await open(id)).provider.testCredentials(signal);
    },

    async remove(id) {
      const account = view(id);
      assertIdle(id);
      await file.change((accounts) => accounts.filter((each) => each.id !== id));
      store.remove("accounts", id);
      for (const { id: stagingId, place } of Object.values(store.state.stagings)) {
        // A bucket in its own object storage cannot be opened without it.
        if (place.kind === "oci" && place.accountId === id) await stagings.remove(stagingId);
      }
      remoteImages.forgetAccount(id);
      await forgetSecrets(secrets, account);
    },

    async quota(id, signal = neverAborts()) {
      const { quota } = (await open(id)).provider;
      return quota === null ? null : quota(signal);
    },
  };
}
