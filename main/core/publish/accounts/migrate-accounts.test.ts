import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPractice } from "#core/practice/practice.ts";
import { testPorts } from "#core/publish/publish-harness.ts";
import { createRemoteImages } from "#core/publish/remote/remote-images.ts";
import { createStagings } from "#core/publish/staging/stagings.ts";
import { StateStore } from "#core/state-store.ts";
import type { Ports } from "#ports/ports.ts";
import { openGate } from "#staging/transfer-gate.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { createAccounts } from "./accounts.ts";

let data: string;
let ports: Ports;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "goldsmith-migrate-"));
  ports = testPorts(data, nodeProcesses);
});
afterEach(() => rm(data, { recursive: true, force: true }));

/** As the first version wrote it. */
const first = {
  version: 1,
  accounts: [
    {
      id: "acc1",
      name: "Work",
      provider: "digitalocean",
      practice: false,
      apiBase: "https://api.digitalocean.com",
      defaultRegion: "fra1",
      staging: {
        kind: "s3",
        endpoint: "https://fra1.digitaloceanspaces.com",
        region: "us-east-1",
        bucket: "images",
        accessKeyId: "DO00",
        publicUrlTemplate: null,
      },
      createdAt: "2026-01-01T00:00:00.000Z",
    },
    {
      id: "acc2",
      name: "Bare",
      provider: "digitalocean",
      practice: false,
      apiBase: "https://api.digitalocean.com",
      defaultRegion: "nyc3",
      staging: null,
      createdAt: "2026-01-01T00:00:00.000Z",
    },
  ],
};

async function load() {
  const store = new StateStore();
  const practice = createPractice({ ports });
  const stagings = createStagings({ ports, store, practice, gate: openGate });
  const remoteImages = createRemoteImages({ ports, store });
  const accounts = createAccounts({ ports, store, practice, stagings, remoteImages });
  await stagings.load();
  await accounts.load();
  return store.state;
}
const path = (): string => join(data, "accounts.json");

describe("accounts.json of version 1", () => {
  it("becomes version 2: the storage is an entry of its own, and its key moves along", async () => {
    await writeFile(path(), JSON.stringify(first));
    await ports.secrets.set("account/acc1/token", "t");
    await ports.secrets.set("account/acc1/s3-secret", "s");
    const { accounts, stagings } = await load();
    expect(accounts["acc1"]).toMatchObject({ name: "Work", settings: {}, stagingId: "acc1" });
    expect(accounts["acc2"]).toMatchObject({ stagingId: null });
    expect(Object.values(stagings)).toMatchObject([
      { id: "acc1", name: "Work storage", place: { kind: "s3", bucket: "images" }, seen: null },
    ]);
    expect(await ports.secrets.get("staging/acc1/secret")).toBe("s");
    expect(await ports.secrets.get("account/acc1/s3-secret")).toBeNull();
    expect(await ports.secrets.get("account/acc1/token")).toBe("t");
    expect(await load()).toMatchObject({ accounts, stagings });
  });

  it("is taken over once also when a crash came in between", async () => {
    await writeFile(path(), JSON.stringify(first));
    await ports.secrets.set("account/acc1/s3-secret", "s");
    await load();
    await writeFile(path(), JSON.stringify(first)); // the last write was lost
    const { stagings } = await load();
    expect(Object.keys(stagings)).toEqual(["acc1"]);
    expect(await ports.secrets.get("staging/acc1/secret")).toBe("s");
  });

  it("of a newer version is left alone", async () => {
    const text = JSON.stringify({ version: 3, accounts: [] });
    await writeFile(path(), text);
    await expect(load()).rejects.toMatchObject({ code: "newer-version" });
    expect(await readFile(path(), "utf8")).toBe(text);
  });
});
