import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { FoundConfig } from "#contract/account.ts";
import { runFake, type FakeWorld } from "../cli-harness.ts";
import { publishingWorld } from "./publishing-samples.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs-account-"));
  await writeFile(join(folder, "key.pem"), "-----BEGIN\nAAAA\n-----END\n");
});
afterAll(() => rm(folder, { recursive: true }));

const connect = async (extra: readonly string[], world: FakeWorld = {}) => {
  const inputs: unknown[] = [];
  const run = await runFake(
    [
      "account",
      "connect",
      "oracle",
      "--provider",
      "oci",
      ...extra.map((word) => word.replace("KEY", folder)),
    ],
    {
      store: publishingWorld(),
      ...world,
      calls: {
        "accounts.connect": (input: never) => {
          inputs.push(input);
          return { accountId: "a1" };
        },
      },
    },
  );
  return { ...run, inputs };
};
const user = ["--set", "user=ocid1.user..b"];

describe("goldsmith account connect", () => {
  it("takes secrets from files, the environment, standard input or a prompt", async () => {
    const filed = await connect([...user, "--secret-file", "privateKey=KEY/key.pem", "--staging", "spaces"]);
    expect(filed.inputs).toMatchObject([
      {
        provider: "oci",
        fields: { user: "ocid1.user..b", privateKey: "-----BEGIN\nAAAA\n-----END\n" },
        staging: { kind: "existing", stagingId: "s1" },
      },
    ]);
    const env = { GOLDSMITH_PRIVATE_KEY: "k1", GOLDSMITH_PASSPHRASE: "p1", GOLDSMITH_USER: "u1" };
    expect((await connect(["--bucket", "golden"], { env })).inputs).toMatchObject([
      {
        fields: { user: "u1", privateKey: "k1", passphrase: "p1" },
        staging: { kind: "own", bucket: "golden" },
      },
    ]);
    const piped = await connect([...user, "--stdin"], { prompt: { lines: async () => ["k2", " p2 ", ""] } });
    expect(piped.inputs).toMatchObject([{ fields: { privateKey: "k2", passphrase: "p2" } }]);
    const secret = async (question: string) => (question.includes("key") ? "k3" : "");
    const asked = await connect(user, { prompt: { canAsk: true, secret } });
    expect(asked.inputs).toMatchObject([
      { fields: { user: "ocid1.user..b", privateKey: "k3" }, staging: null },
    ]);
    expect(asked.inputs[0]).not.toHaveProperty("fields.passphrase");
  });

  it.each([
    [[...user, "--set", "privateKey=k"], 2, "that is a secret"],
    [[...user, "--set", "colour=blue"], 2, "asks for user=…"],
    [[], 2, "--set user=… is missing"],
    [[...user, "--secret-file", "token=x"], 2, "write privateKey=FILE"],
    [[...user, "--secret-file", "privateKey=/nowhere"], 1, "cannot be read"],
    [user, 1, "Private key is missing"],
    [[...user, "--bucket", "b", "--staging", "spaces"], 2, "not both"],
    [["--token", "t"], 2, "--token"],
  ] as const)("refuses %j before the core is asked", async (extra, code, words) => {
    const run = await connect(extra);
    expect(run).toMatchObject({ code, inputs: [] });
    expect(run.stderr).toContain(words);
  });
});

describe("configurations of other tools", () => {
  const found: FoundConfig = {
    id: "oci-default",
    tool: "oci",
    provider: "oci",
    becomes: "account",
    name: "OCI DEFAULT",
    where: "~/.oci/config",
    needsPassphrase: true,
    asks: [],
    missing: null,
  };
  const importIt = async (config: FoundConfig, world: FakeWorld = {}, ...argv: string[]) => {
    const inputs: unknown[] = [];
    const run = await runFake(["account", "import", "oci-default", ...argv], {
      store: publishingWorld(),
      ...world,
      calls: {
        "accounts.discover": () => [config],
        "accounts.importFound": (input: never) => {
          inputs.push(input);
          return { accountId: "a1", stagingId: null };
        },
      },
    });
    return { ...run, inputs };
  };

  it("are taken over by their id, with the passphrase asked for", async () => {
    const run = await importIt(found, { prompt: { canAsk: true, secret: async () => "pp" } });
    expect(run).toMatchObject({ code: 0, stdout: "Connected work (a1).\n" });
    expect(run.inputs).toEqual([
      { foundId: "oci-default", name: "OCI DEFAULT", passphrase: "pp", fields: {} },
    ]);
  });

  it("that ask for more get it by --set, and nothing else", async () => {
    const asks = [{ name: "bucket", label: "Name of the bucket", required: true }];
    const config = { ...found, needsPassphrase: false, asks };
    const run = await importIt(config, {}, "--set", "bucket=a=b");
    expect(run.inputs).toMatchObject([{ fields: { bucket: "a=b" } }]);
    for (const argv of [[], ["--set", "bucket="], ["--set", "region=x"], ["--set", "bucket"]]) {
      expect(await importIt(config, {}, ...argv)).toMatchObject({ code: 2, inputs: [] });
    }
  });

  it("that lack something are refused with the reason", async () => {
    const run = await importIt({ ...found, missing: "The key file is gone" });
    expect(run).toMatchObject({ code: 1, inputs: [] });
    expect(run.stderr).toContain("The key file is gone");
  });
});

describe("goldsmith account change", () => {
  const change = async (...argv: string[]) => {
    const inputs: unknown[] = [];
    const run = await runFake(["account", "change", "work", ...argv], {
      store: publishingWorld(),
      calls: { "accounts.change": (input: never) => (inputs.push(input), {}) },
    });
    return { ...run, inputs };
  };

  it("sends what is given, and null for no storage", async () => {
    expect((await change("--staging", "none", "--region", "eu-2")).inputs).toEqual([
      { accountId: "a1", defaultRegion: "eu-2", stagingId: null },
    ]);
    expect((await change("--staging", "spaces")).inputs).toEqual([{ accountId: "a1", stagingId: "s1" }]);
  });

  it("wants something to change", async () => {
    expect(await change()).toMatchObject({ code: 2, inputs: [] });
  });
});

describe("goldsmith account keys", () => {
  const keys = async (argv: readonly string[], world: FakeWorld = {}) => {
    const inputs: unknown[] = [];
    const store = publishingWorld();
    const account = store.state.accounts["a1"];
    if (account === undefined) throw new Error("no account a1");
    store.put("accounts", "a1", { ...account, provider: "oci" });
    const run = await runFake(["account", "keys", "work", ...argv], {
      store,
      ...world,
      calls: { "accounts.change": (input: never) => (inputs.push(input), {}) },
    });
    return { ...run, inputs };
  };

  it("sends what is given, from --set and the environment, and nothing else", async () => {
    const run = await keys(["--set", "user=ocid1.user..c"], { env: { GOLDSMITH_PRIVATE_KEY: "k2" } });
    expect(run.code).toBe(0);
    expect(run.inputs).toEqual([{ accountId: "a1", fields: { user: "ocid1.user..c", privateKey: "k2" } }]);
  });

  it("asks for every secret, and keeps what is left empty", async () => {
    const questions: string[] = [];
    const secret = async (question: string) => (questions.push(question), "");
    const run = await keys(["--set", "user=x"], { prompt: { canAsk: true, secret } });
    expect(questions).toEqual(["Private key (Enter keeps it)", "Passphrase (Enter keeps it)"]);
    expect(run.inputs).toEqual([{ accountId: "a1", fields: { user: "x" } }]);
  });

  it("wants something to change", async () => {
    expect(await keys([])).toMatchObject({ code: 2, inputs: [] });
  });
});
