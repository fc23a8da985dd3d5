import type { z } from "zod";
import type { AccountConnectSchema, AccountView } from "#contract/account.ts";
import { AppError } from "#core/lib/app-error.ts";
import { newId } from "#core/library/new-id.ts";
import type { Practice } from "#core/practice/practice.ts";
import type { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import { createProviderClient } from "#providers/clients.ts";
import type { ProviderClient } from "#providers/provider.ts";
import { createS3Store } from "#staging/s3/s3-store.ts";
import type { StagingStore } from "#staging/staging-store.ts";
import { createAccountsFile } from "./accounts-file.ts";
import { forgetRemoteImages, showRemoteImages } from "./remote-images.ts";

type ConnectInput = z.output<typeof AccountConnectSchema>;

/** An account ready for use. */
export interface OpenAccount {
  account: AccountView;
  provider: ProviderClient;
  staging: StagingStore;
}

export interface Accounts {
  load(): Promise<void>;
  /** Tests token and staging, then keeps both; answers the new account's id. */
  connect(input: ConnectInput, signal?: AbortSignal): Promise<string>;
  /** Answers the practice account's id; adds the account when there is none. */
  addPractice(): Promise<string>;
  /** Forgets the account and its secrets. Nothing at the provider changes. */
  remove(id: string): Promise<void>;
  /** Reads the account's images into the state. */
  refresh(id: string, signal?: AbortSignal): Promise<void>;
  view(id: string): AccountView;
  open(id: string): Promise<OpenAccount>;
}

interface Credentials {
  token: string;
  secretAccessKey: string;
}

const neverAborts = (): AbortSignal => new AbortController().signal;

export function createAccounts(deps: { ports: Ports; store: StateStore; practice: Practice }): Accounts {
  const { ports, store, practice } = deps;
  const { secrets, clock, directories } = ports;
  const file = createAccountsFile(directories.data);
  let addingPractice: Promise<string> | null = null;

  function view(id: string): AccountView {
    const account = store.state.accounts[id];
    if (account === undefined) throw new AppError("not-found", `There is no account ${id}`);
    return account;
  }

  async function keep(account: AccountView): Promise<void> {
    await file.change((accounts) => [...accounts.filter(({ id }) => id !== account.id), account]);
    store.put("accounts", account.id, account);
  }

  function openWith(account: AccountView, credentials: Credentials): OpenAccount {
    if (account.staging === null) {
      throw new AppError("bad-input", `The account ${account.name} has no staging storage`, {
        hint: "Connect the account again and give a bucket where images can be put.",
      });
    }
    const { apiBase, provider } = account;
    return {
      account,
      provider: createProviderClient(provider, { apiBase, token: credentials.token, clock }),
      staging: createS3Store({ ...account.staging, secretAccessKey: credentials.secretAccessKey }),
    };
  }

  async function secretOf(account: AccountView, part: SecretPart): Promise<string> {
    const value = await secrets.get(secretName(account.id, part));
    if (value !== null) return value;
    throw new AppError(
      "unauthorized",
      `The keys of the account ${account.name} are no longer in the keychain`,
      {
        hint: "Connect the account again.",
      },
    );
  }

  async function open(id: string): Promise<OpenAccount> {
    const account = view(id);
    if (account.practice) {
      const { apiBase, token, s3 } = await practice.start();
      const { secretAccessKey, ...place } = s3;
      const staging = { kind: "s3" as const, publicUrlTemplate: null, ...place };
      const current: AccountView = { ...account, apiBase, staging };
      if (apiBase !== account.apiBase || s3.endpoint !== account.staging?.endpoint) await keep(current);
      return openWith(current, { token, secretAccessKey });
    }
    return openWith(account, {
      token: await secretOf(account, "token"),
      secretAccessKey: await secretOf(account, "s3-secret"),
    });
  }

  async function refresh(id: string, signal = neverAborts()): Promise<void> {
    const { account, provider } = await open(id);
    const images = await provider.listImages(signal);
    if (id in store.state.accounts) showRemoteImages(store, account.id, images, clock.nowIso());
  }

  async function newPractice(): Promise<string> {
    const existing = Object.values(store.state.accounts).find((account) => account.practice);
    if (existing !== undefined) return existing.id;
    const { apiBase, s3 } = await practice.start();
    const { secretAccessKey: _, ...place } = s3;
    const id = newId();
    await keep({
      id,
      name: "Practice account",
      provider: "digitalocean",
      practice: true,
      apiBase,
      defaultRegion: "nyc3",
      staging: { kind: "s3", publicUrlTemplate: null, ...place },
      createdAt: clock.nowIso(),
    });
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
      const { token, staging, ...rest } = input;
      const { secretAccessKey, ...place } = staging;
      assertPrivateWay(rest.apiBase);
      if (Object.values(store.state.accounts).some(({ name }) => name === rest.name)) {
        throw new AppError("already-exists", `There is an account named ${rest.name} already`);
      }
      const id = newId();
      const account: AccountView = {
        id,
        ...rest,
        practice: false,
        staging: place,
        createdAt: clock.nowIso(),
      };
      const opened = openWith(account, { token, secretAccessKey });
      await opened.provider.testCredentials(signal);
      await opened.staging.probe(signal);
      try {
        await secrets.set(secretName(id, "token"), token);
        await secrets.set(secretName(id, "s3-secret"), secretAccessKey);
        await keep(account);
      } catch (error) {
        await forgetSecrets(id);
        throw AppError.from(error);
      }
      // The account is connected; a list that fails now can be had later.
      await refresh(id, signal).catch((error: unknown) => {
        ports.log.warn("images of a new account could not be listed", { account: id, error: String(error) });
      });
      return id;
    },

    addPractice() {
      addingPractice ??= newPractice().finally(() => (addingPractice = null));
      return addingPractice;
    },

    async remove(id) {
      view(id);
      await file.change((accounts) => accounts.filter((account) => account.id !== id));
      store.remove("accounts", id);
      forgetRemoteImages(store, id);
      await forgetSecrets(id);
    },
  };

  async function forgetSecrets(id: string): Promise<void> {
    for (const part of secretParts) await secrets.remove(secretName(id, part));
  }
}

const secretParts = ["token", "s3-secret"] as const;
type SecretPart = (typeof secretParts)[number];
const secretName = (accountId: string, part: SecretPart): string => `account/${accountId}/${part}`;

/** A token in plain HTTP can be read by everybody on the way; only this machine itself is no way. */
function assertPrivateWay(apiBase: string): void {
  const { protocol, hostname } = new URL(apiBase);
  const loopback = hostname === "localhost" || hostname === "[::1]" || /^127(\.\d{1,3}){3}$/.test(hostname);
  if (protocol === "https:" || loopback) return;
  throw new AppError("bad-input", `${apiBase} would send the token unencrypted`, {
    hint: "Use an https address.",
  });
}
