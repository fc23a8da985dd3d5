import { describe, expect, it } from "vitest";
import type { LaunchOptions } from "#contract/remote-image.ts";
import { AppError } from "#core/lib/app-error.ts";
import type { StateStore } from "#core/state-store.ts";
import { runFake, type FakeWorld } from "../cli-harness.ts";
import { publishingWorld, remoteImage } from "./publishing-samples.ts";

const options: LaunchOptions = {
  modes: ["create", "reinstall"],
  regions: ["eu-1", "eu-2"],
  sizes: [{ id: "small", text: "1 core" }],
  keys: [{ id: "k1", name: "laptop" }],
  instances: [{ id: "n1", name: "web-3", status: "running" }],
  networks: [],
  zones: [],
  keyOptional: false,
};

async function remote(argv: readonly string[], world: FakeWorld & { store?: StateStore } = {}) {
  const inputs: unknown[] = [];
  const keep = (answer: unknown) => (input: never) => (inputs.push(input), answer);
  const run = await runFake(["remote", ...argv], {
    store: publishingWorld(),
    ...world,
    calls: {
      "accounts.refresh": () => ({}),
      "remote.rename": keep({}),
      "remote.transfer": keep({}),
      "remote.delete": keep({}),
      "remote.launchOptions": () => options,
      "remote.launch": keep({ instanceId: "n9", status: "new" }),
      ...world.calls,
    },
  });
  return { ...run, inputs };
}

describe("goldsmith remote", () => {
  it("lists all accounts, and the others when one does not answer", async () => {
    const run = await remote(["list"], {
      calls: {
        "accounts.refresh": ({ accountId }: { accountId: string }) => {
          if (accountId === "a2") throw new AppError("network", "No answer");
          return {};
        },
      },
    });
    expect(run.code).toBe(1);
    expect(run.stdout).toMatch(/web-10 +work +available +1 GiB +eu-1 +10/);
    expect(run.stderr).toContain("home: No answer");
  });

  it.each(["10", "web-10", "a1/10"])("finds an image by %s", async (word) => {
    const run = await remote(["show", word, "--json"]);
    expect(JSON.parse(run.stdout)).toMatchObject({ providerImageId: "10" });
  });

  it("says which images a word could mean", async () => {
    const run = await remote(["show", "web"]);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain("web-10 (a1/10), web-11 (a1/11)");
  });

  it("renames, transfers, and deletes by the typed name alone", async () => {
    expect((await remote(["rename", "10", "golden"])).inputs).toEqual([
      { remoteImageId: "a1/10", name: "golden" },
    ]);
    expect((await remote(["transfer", "10", "eu-2"])).inputs).toEqual([
      { remoteImageId: "a1/10", region: "eu-2" },
    ]);
    expect(await remote(["delete", "10"])).toMatchObject({ code: 2, inputs: [] });
    expect(await remote(["delete", "10", "--confirm", "10"])).toMatchObject({ code: 1, inputs: [] });
    expect((await remote(["delete", "10", "--confirm", "web-10"])).inputs).toEqual([
      { remoteImageId: "a1/10", typedName: "web-10" },
    ]);
  });
});

describe("goldsmith remote wait", () => {
  /** `later` is what the second look finds. */
  const wait = (later: Parameters<typeof remoteImage>[1] | null, ...argv: string[]) => {
    const store = publishingWorld();
    store.put("remoteImages", "a1/10", remoteImage("10", { state: "creating", providerStatus: "pending" }));
    let looks = 0;
    return remote(["wait", "10", ...argv], {
      store,
      ports: { clock: { sleep: async () => {}, nowIso: () => "", nowMs: () => 0 } },
      calls: {
        "accounts.refresh": ({ accountId }: { accountId: string }) => {
          looks += accountId === "a1" ? 1 : 0;
          if (looks < 2) return {};
          if (later === null) store.remove("remoteImages", "a1/10");
          else store.put("remoteImages", "a1/10", remoteImage("10", later));
          return {};
        },
      },
    });
  };

  it("ends when it is available", async () => {
    expect(await wait({})).toMatchObject({ code: 0, stdout: "web-10 is available.\n" });
  });

  it.each([
    [{ state: "error", errorMessage: "No such format" }, [], "No such format"],
    [null, [], "is not in the account any more"],
    [{}, ["--timeout", "0"], "is still creating (pending)"],
  ] as const)("fails on %j %j", async (later, argv, words) => {
    const run = await wait(later, ...argv);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(words);
  });
});

describe("goldsmith remote launch", () => {
  it("takes the first of what was not chosen", async () => {
    const run = await remote(["launch", "10", "--key", "laptop", "--region", "eu-2"]);
    expect(run).toMatchObject({ code: 0, stdout: "web-10 is new (n9).\n" });
    expect(run.inputs).toEqual([
      {
        remoteImageId: "a1/10",
        mode: "create",
        name: "web-10",
        keyIds: ["k1"],
        userData: "",
        region: "eu-2",
        size: "small",
      },
    ]);
  });

  it("replaces a disk only when it was said so", async () => {
    expect(await remote(["launch", "10", "--reinstall", "web-3"])).toMatchObject({ code: 1, inputs: [] });
    expect((await remote(["launch", "10", "--reinstall", "web-3", "--yes"])).inputs).toMatchObject([
      { mode: "reinstall", instanceId: "n1", name: "web-3" },
    ]);
  });

  it("shows what there is to choose from, and wants a key where the provider does", async () => {
    expect((await remote(["launch", "10", "--options"])).stdout).toContain("laptop (k1)");
    expect(await remote(["launch", "10"])).toMatchObject({ code: 2, inputs: [] });
  });
});
