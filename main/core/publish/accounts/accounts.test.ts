import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AccountConnectSchema, type AccountConnect } from "#contract/account.ts";
import { createPractice, type Practice } from "#core/practice/practice.ts";
import { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { createRemoteImages } from "#core/publish/remote/remote-images.ts";
import { manifestOf } from "./account-access.ts";
import { createAccounts, type Accounts } from "./accounts.ts";
import { emulators } from "#providers/emulators.ts";
import { openGate } from "#staging/transfer-gate.ts";
import { createStagings, type Stagings } from "#core/publish/staging/stagings.ts";
import { testPorts, textUnder } from "#core/publish/publish-harness.ts";

let data: string;
let ports: Ports;
let store: StateStore;
let practice: Practice;
let stagings: Stagings;
let accounts: Accounts;
const log: string[] = [];
/** Of every life of the app that a test had. */
const practices: Practice[] = [];

const begin = (): void => {
  store = new StateStore();
  practice = createPractice({ ports, paceMs: 1 });
  practices.push(practice);
  stagings = createStagings({ ports, store, practice, gate: openGate });
  const remoteImages = createRemoteImages({ ports, store });
  accounts = createAccounts({ ports, store, practice, stagings, remoteImages });
};
const load = async (): Promise<void> => {
  await stagings.load();
  await accounts.load();
};
beforeEach(async () => {
  log.length = 0;
  data = await mkdtemp(join(tmpdir(), "goldsmith-accounts-"));
  ports = testPorts(data, nodeProcesses, log);
  begin();
});
afterEach(async () => {
  for (const each of practices.splice(0)) await each.close();
  await rm(data, { recursive: true, force: true });
});

/** Connects to the practice servers as if they were a real account. */
async function input(changes: Partial<AccountConnect> = {}): Promise<AccountConnect> {
  const access = (await practice.start()).accounts.digitalocean;
  return {
    name: "Mine",
    provider: "digitalocean",
    fields: { ...access?.fields },
    apiBase: access?.apiBase,
    staging: await newStaging(),
    ...changes,
  };
}
async function newStaging(
  changes: { bucket?: string; secret?: string; endpoint?: string } = {},
): Promise<AccountConnect["staging"]> {
  const { secretAccessKey, ...place } = (await practice.start()).s3;
  const { secret = secretAccessKey, ...rest } = changes;
  return { kind: "new", connect: { name: "Bucket", place: { kind: "s3", ...place, ...rest }, secret } };
}
const connect = async (changes: Partial<AccountConnect> = {}): Promise<string> =>
  accounts.connect(AccountConnectSchema.parse(await input(changes)));

describe("accounts", () => {
  it("connects, keeps no secret outside the secrets, and comes back after a start", async () => {
    const id = await connect();
    const { accounts: opened, s3 } = await practice.start();
    const token = opened.digitalocean?.fields["token"] ?? "";
    expect(accounts.view(id)).toMatchObject({ name: "Mine", practice: false, defaultRegion: "nyc3" });
    expect(await ports.secrets.get(`account/${id}/token`)).toBe(token);
    const everything = [await textUnder(data), JSON.stringify(store.state), ...log].join("\n");
    expect(everything).not.toContain(token);
    expect(everything).not.toContain(s3.secretAccessKey);
    expect((await stat(join(data, "accounts.json"))).mode & 0o077).toBe(0);
    const before = accounts.view(id);
    await practice.close();
    begin();
    await load();
    expect(accounts.view(id)).toEqual(before);
    await practice.start();
    await accounts.refresh(id);
  });

  it.each([
    ["token", async () => ({ fields: { token: "wrong" } }), "unauthorized"],
    ["API address", async () => ({ apiBase: "http://127.0.0.1:9" }), "network"],
    ["plain HTTP", async () => ({ apiBase: "http://192.0.2.1" }), "bad-input"],
    ["storage key", async () => ({ staging: await newStaging({ secret: "wrong" }) }), "unauthorized"],
    ["bucket", async () => ({ staging: await newStaging({ bucket: "not-there" }) }), "staging-failed"],
    ["field", async () => ({ fields: { token: "x", password: "y" } }), "bad-input"],
    ["empty field", async () => ({ fields: { token: " " } }), "bad-input"],
    ["staging", async () => ({ staging: { kind: "existing" as const, stagingId: "nobody" } }), "not-found"],
    [
      "plain HTTP storage",
      async () => ({ staging: await newStaging({ endpoint: "http://192.0.2.1" }) }),
      "bad-input",
    ],
  ])("keeps nothing of an account whose %s is wrong", async (_, changes, code) => {
    await expect(connect(await changes())).rejects.toMatchObject({ code });
    expect([store.state.accounts, store.state.stagings]).toEqual([{}, {}]);
    await expect(readFile(join(data, "accounts.json"))).rejects.toThrow("ENOENT");
  });

  it("refuses a second account of the same name", async () => {
    await connect({ staging: null });
    await expect(connect({ staging: null })).rejects.toMatchObject({ code: "already-exists" });
  });

  it("adds the practice accounts once, and finds their servers wherever they are", async () => {
    const [ids, again] = await Promise.all([accounts.addPractice(), accounts.addPractice()]);
    expect(again).toEqual(ids);
    expect(ids.map((id) => accounts.view(id).provider)).toEqual(Object.keys(emulators));
    const [id = ""] = await accounts.addPractice("digitalocean");
    expect(ids).toContain(id);
    const moved = accounts.view(id).apiBase;
    await practice.close();
    await writeFile(join(data, "practice", "ports.json"), "{}");
    begin();
    await load();
    const signal = AbortSignal.timeout(10_000);
    for (const each of ids) {
      const { account, provider } = await accounts.open(each);
      await provider.testCredentials(signal);
      await (await stagings.open(account.stagingId ?? "")).probe(signal);
      expect(accounts.view(each)).toEqual(account);
    }
    expect(accounts.view(id).apiBase).not.toBe(moved);
    const shown = JSON.stringify(store.state);
    for (const { provider } of ids.map((each) => accounts.view(each))) {
      const secretNames = manifestOf(provider).fields.filter(({ kind }) => kind.startsWith("secret"));
      const fields: Record<string, string> = { ...(await practice.start()).accounts[provider]?.fields };
      const values = secretNames.map(({ name }) => fields[name] ?? "").filter((value) => value !== "");
      expect(values.length, provider).toBeGreaterThan(0);
      for (const value of values) expect(shown, provider).not.toContain(JSON.stringify(value).slice(1, -1));
    }
  });

  it("shows the account's images and forgets those that are gone", async () => {
    const [id = ""] = await accounts.addPractice("digitalocean");
    const { provider } = await accounts.open(id);
    const signal = AbortSignal.timeout(10_000);
    const made = await provider.importImage?.(
      {
        name: "one",
        source: { kind: "url", url: "http://127.0.0.1:9/x" },
        region: "nyc3",
        format: "qcow2",
        firmware: null,
        os: null,
        description: "",
        retryToken: "one",
      },
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
    await load();
    expect(store.state.accounts).toEqual({});
    await expect(accounts.refresh(id)).rejects.toMatchObject({ code: "not-found" });
  });

  it("takes new keys only when they are good, and keeps the others", async () => {
    const id = await connect();
    const token = (await practice.start()).accounts.digitalocean?.fields["token"] ?? "";
    await expect(accounts.change(id, { fields: { token: "wrong" } })).rejects.toMatchObject({
      code: "unauthorized",
    });
    expect(await ports.secrets.get(`account/${id}/token`)).toBe(token);
    await ports.secrets.set(`account/${id}/token`, "ran out");
    await expect(accounts.test(id)).rejects.toMatchObject({ code: "unauthorized" });
    await accounts.change(id, { name: "Renamed", fields: { token }, stagingId: null });
    await accounts.test(id);
    expect(accounts.view(id)).toMatchObject({ name: "Renamed", stagingId: null });
    await expect(accounts.change(id, { stagingId: "nobody" })).rejects.toMatchObject({ code: "not-found" });
  });

  it("has its old keys back when the keychain fails at the new ones", async () => {
    const access = (await practice.start()).accounts.contabo;
    const id = await connect({
      name: "Other",
      provider: "contabo",
      fields: { ...access?.fields },
      apiBase: access?.apiBase,
      staging: null,
    });
    const names = manifestOf("contabo").fields.flatMap(({ name, kind }) => (kind === "secret" ? [name] : []));
    const kept = () => Promise.all(names.map((name) => ports.secrets.get(`account/${id}/${name}`)));
    const before = await kept();
    expect(names.length).toBeGreaterThan(1);
    const locked = vi.spyOn(ports.secrets, "set");
    for (let good = 1; good < names.length; good += 1) locked.mockImplementationOnce(async () => {});
    locked.mockRejectedValueOnce(new Error("locked"));
    await expect(accounts.change(id, { fields: {} })).rejects.toThrow("locked");
    locked.mockRestore();
    expect(await kept()).toEqual(before);
    await accounts.test(id);
  });

  it("gives a storage other keys when they are good, and never another place", async () => {
    await connect();
    const [staging] = Object.values(store.state.stagings);
    if (staging?.place.kind !== "s3") throw new Error("no storage");
    const { id, place } = staging;
    const secretName = `staging/${id}/secret`;
    const secret = await ports.secrets.get(secretName);
    await expect(stagings.change(id, { secret: "wrong" })).rejects.toMatchObject({ code: "unauthorized" });
    await expect(stagings.change(id, { place: { ...place, accessKeyId: "WRONG" } })).rejects.toMatchObject({
      code: "unauthorized",
    });
    await expect(stagings.change(id, { place: { ...place, bucket: "other" } })).rejects.toMatchObject({
      code: "bad-input",
    });
    expect(await ports.secrets.get(secretName)).toBe(secret);
    await ports.secrets.set(secretName, "ran out");
    await stagings.change(id, { name: "Renamed", secret: secret ?? "" });
    expect(stagings.view(id)).toMatchObject({ name: "Renamed", place });
    await (await stagings.open(id)).probe(AbortSignal.timeout(10_000));
    await practice.close();
    begin();
    await load();
    expect(stagings.view(id).name).toBe("Renamed");
  });

  it("says so when the keychain lost the keys", async () => {
    const id = await connect();
    await ports.secrets.remove(`account/${id}/token`);
    await expect(accounts.open(id)).rejects.toMatchObject({ code: "unauthorized" });
  });
});
