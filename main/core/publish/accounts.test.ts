import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AccountConnectSchema, type AccountConnect } from "#contract/account.ts";
import { createPractice, type Practice } from "#core/practice/practice.ts";
import { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { createAccounts, type Accounts } from "./accounts.ts";
import { testPorts, textUnder } from "./publish-harness.ts";

let data: string;
let ports: Ports;
let store: StateStore;
let practice: Practice;
let accounts: Accounts;
const log: string[] = [];

const begin = (): void => {
  store = new StateStore();
  practice = createPractice({ ports, paceMs: 1 });
  accounts = createAccounts({ ports, store, practice });
};
beforeEach(async () => {
  log.length = 0;
  data = await mkdtemp(join(tmpdir(), "goldsmith-accounts-"));
  ports = testPorts(data, nodeProcesses, log);
  begin();
});
afterEach(async () => {
  await practice.close();
  await rm(data, { recursive: true, force: true });
});

/** Connects to the practice servers as if they were a real account. */
async function input(changes: Partial<AccountConnect> = {}): Promise<AccountConnect> {
  const { apiBase, token, s3 } = await practice.start();
  return {
    name: "Mine",
    provider: "digitalocean",
    token,
    apiBase,
    staging: { kind: "s3", ...s3 },
    ...changes,
  };
}
const connect = async (changes: Partial<AccountConnect> = {}): Promise<string> =>
  accounts.connect(AccountConnectSchema.parse(await input(changes)));

describe("accounts", () => {
  it("connects, keeps no secret outside the secrets, and comes back after a start", async () => {
    const id = await connect();
    const { token, s3 } = await practice.start();
    expect(accounts.view(id)).toMatchObject({ name: "Mine", practice: false, defaultRegion: "nyc3" });
    expect(await ports.secrets.get(`account/${id}/token`)).toBe(token);
    const everything = [await textUnder(data), JSON.stringify(store.state), ...log].join("\n");
    expect(everything).not.toContain(token);
    expect(everything).not.toContain(s3.secretAccessKey);
    expect((await stat(join(data, "accounts.json"))).mode & 0o077).toBe(0);
    const before = accounts.view(id);
    await practice.close();
    begin();
    await accounts.load();
    expect(accounts.view(id)).toEqual(before);
    await practice.start();
    await accounts.refresh(id);
  });

  it.each([
    ["token", async () => ({ token: "wrong" }), "unauthorized"],
    ["API address", async () => ({ apiBase: "http://127.0.0.1:9" }), "network"],
    ["plain HTTP", async () => ({ apiBase: "http://192.0.2.1" }), "bad-input"],
    [
      "storage key",
      async () => ({ staging: { ...(await input()).staging, secretAccessKey: "wrong" } }),
      "unauthorized",
    ],
    [
      "bucket",
      async () => ({ staging: { ...(await input()).staging, bucket: "not-there" } }),
      "staging-failed",
    ],
  ])("keeps nothing of an account whose %s is wrong", async (_, changes, code) => {
    await expect(connect(await changes())).rejects.toMatchObject({ code });
    expect(store.state.accounts).toEqual({});
    await expect(readFile(join(data, "accounts.json"))).rejects.toThrow("ENOENT");
  });

  it("refuses a second account of the same name", async () => {
    await connect();
    await expect(connect()).rejects.toMatchObject({ code: "already-exists" });
  });

  it("adds the practice account once, and finds its servers wherever they are", async () => {
    const [id, again] = await Promise.all([accounts.addPractice(), accounts.addPractice()]);
    expect(again).toBe(id);
    expect(await accounts.addPractice()).toBe(id);
    const moved = accounts.view(id).apiBase;
    await practice.close();
    await writeFile(join(data, "practice", "ports.json"), "{}");
    begin();
    await accounts.load();
    const { account, provider, staging } = await accounts.open(id);
    await provider.testCredentials(AbortSignal.timeout(5_000));
    await staging.probe(AbortSignal.timeout(5_000));
    expect(accounts.view(id)).toEqual(account);
    expect(account.apiBase).not.toBe(moved);
  });

  it("shows the account's images and forgets those that are gone", async () => {
    const id = await accounts.addPractice();
    const { provider } = await accounts.open(id);
    const signal = AbortSignal.timeout(10_000);
    const made = await provider.importImage?.(
      { name: "one", url: "http://127.0.0.1:9/x", region: "nyc3", os: null, description: "" },
      signal,
    );
    await accounts.refresh(id);
    expect(Object.values(store.state.remoteImages)).toMatchObject([{ accountId: id, name: "one" }]);
    await provider.deleteImage?.(made?.providerImageId ?? "", signal);
    await accounts.refresh(id);
    expect(store.state.remoteImages).toEqual({});
  });

  it("removes an account with its secrets and its images", async () => {
    const id = await connect();
    await accounts.refresh(id);
    await accounts.remove(id);
    expect([store.state.accounts, store.state.remoteImages]).toEqual([{}, {}]);
    expect(await ports.secrets.get(`account/${id}/token`)).toBeNull();
    begin();
    await accounts.load();
    expect(store.state.accounts).toEqual({});
    await expect(accounts.refresh(id)).rejects.toMatchObject({ code: "not-found" });
  });

  it("says so when the keychain lost the keys", async () => {
    const id = await connect();
    await ports.secrets.remove(`account/${id}/token`);
    await expect(accounts.open(id)).rejects.toMatchObject({ code: "unauthorized" });
  });
});
