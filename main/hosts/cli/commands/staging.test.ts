import { describe, expect, it } from "vitest";
import type { StagingItem } from "#contract/staging.ts";
import { runFake, type FakeWorld } from "../cli-harness.ts";
import { publishingWorld } from "./publishing-samples.ts";

const shown = { type: "ssh-ed25519", sha256: "SHA256:abc" };
const connect = async (argv: readonly string[], world: FakeWorld = {}) => {
  const inputs: unknown[] = [];
  const run = await runFake(["staging", "connect", "web", ...argv], {
    store: publishingWorld(),
    ...world,
    calls: {
      "stagings.hostKey": () => shown,
      "stagings.connect": (input: never) => {
        inputs.push(input);
        return { stagingId: "s1" };
      },
    },
  });
  return { ...run, inputs };
};

describe("goldsmith staging connect", () => {
  const s3 = ["--s3", "https://s3.example", "--bucket", "images", "--access-key", "AK"];
  const sftp = ["--sftp", "deploy@www.example:2222", "--directory", "/var/www"];

  it("connects a store with its key from the environment", async () => {
    const run = await connect(s3, { env: { GOLDSMITH_SECRET: "SK" } });
    expect(run.code).toBe(0);
    expect(run.inputs).toMatchObject([
      { name: "web", secret: "SK", place: { kind: "s3", bucket: "images", region: "us-east-1" } },
    ]);
  });

  it("shows an SFTP server's key and goes on only when it is accepted", async () => {
    const questions: string[] = [];
    const prompt = (yes: boolean) => ({
      canAsk: true,
      confirm: async (question: string) => (questions.push(question), yes),
      secret: async () => "pw",
    });
    const run = await connect(sftp, { prompt: prompt(true) });
    expect(questions[0]).toContain("SHA256:abc");
    expect(run.inputs).toMatchObject([
      {
        secret: "pw",
        place: { port: 2222, username: "deploy", auth: "password", hostKeySha256: "SHA256:abc" },
      },
    ]);
    expect(await connect(sftp, { prompt: prompt(false) })).toMatchObject({ code: 130, inputs: [] });
    const blind = await connect([...sftp, "--agent"]);
    expect(blind).toMatchObject({ code: 1, inputs: [] });
    expect(blind.stderr).toContain("--host-key SHA256:abc");
    const given = await connect([...sftp, "--agent", "--host-key", "SHA256:xyz"]);
    expect(given.inputs).toMatchObject([{ place: { auth: "agent", hostKeySha256: "SHA256:xyz" } }]);
  });

  it.each([
    [[], "Give one of --s3, --sftp and --folder"],
    [[...s3, "--folder", "/x"], "Give one of"],
    [["--s3", "https://s3.example"], "--bucket is missing"],
    [["--sftp", "www.example", "--directory", "/x"], "write USER@HOST"],
    [[...sftp, "--agent", "--key", "k"], "not both"],
  ] as const)("refuses %j", async (argv, words) => {
    const run = await connect(argv);
    expect(run).toMatchObject({ code: 2, inputs: [] });
    expect(run.stderr).toContain(words);
  });
});

const item = (jobIds: string[], keptUntil: string | null = null): StagingItem => ({
  stagingId: "s1",
  key: "goldsmith/7f/web.qcow2",
  kind: "object",
  sizeBytes: 1024,
  jobIds,
  keptUntil,
  exposed: keptUntil !== null,
  createdAt: null,
});

describe("what lies on a storage", () => {
  const list = (items: StagingItem[]) =>
    runFake(["staging", "list"], { store: publishingWorld(), calls: { "stagings.list": () => items } });

  it("is listed with whose it is, or told to be empty", async () => {
    expect((await list([])).stdout).toContain("empty, verified 2026-01-10");
    expect((await list([item([])])).stdout).toContain("left over");
    expect((await list([item(["j9"])])).stdout).toContain("j9");
    const kept = (await list([item(["j9"], "2026-01-11T12:00:00.000Z")])).stdout;
    expect(kept).toMatch(/a retry of j9, until 2026-01-11.*\(public\)/);
    expect(kept).toContain("goldsmith staging clean --kept");
  });

  it("is cleaned of what waits for a retry on demand only", async () => {
    const inputs: unknown[] = [];
    const clean = (...words: string[]) =>
      runFake(["staging", "clean", "spaces", ...words], {
        store: publishingWorld(),
        calls: { "stagings.clean": (input: never) => (inputs.push(input), []), "stagings.list": () => [] },
      });
    await clean();
    await clean("--kept");
    expect(inputs).toMatchObject([{ kept: false }, { kept: true }]);
  });

  it.each([
    [[], 0, "Empty, verified just now."],
    [[item(["j9"])], 0, "1 still needed by publishes."],
    [[item(["j9"], "2026-01-11T12:00:00.000Z")], 0, "1 of them for a retry (--kept removes them)"],
    [[item([])], 1, "1 could not be removed."],
  ] as const)("is cleaned and looked at again: %j", async (left, code, words) => {
    const run = await runFake(["staging", "clean", "spaces"], {
      store: publishingWorld(),
      calls: { "stagings.clean": () => [item([])], "stagings.list": () => left },
    });
    expect(run).toMatchObject({ code });
    expect(run.stdout).toContain("Removed goldsmith/7f/web.qcow2");
    expect(run.stdout).toContain(words);
  });
});

describe("goldsmith staging keys", () => {
  const place = {
    kind: "s3" as const,
    endpoint: "https://s3.example",
    region: "us-east-1",
    bucket: "images",
    accessKeyId: "AK",
    publicUrlTemplate: null,
  };
  const keys = async (argv: readonly string[], world: FakeWorld = {}) => {
    const inputs: unknown[] = [];
    const store = publishingWorld();
    const staging = store.state.stagings["s1"];
    if (staging === undefined) throw new Error("no storage s1");
    store.put("stagings", "s1", { ...staging, place });
    const run = await runFake(["staging", "keys", "spaces", ...argv], {
      store,
      ...world,
      calls: { "stagings.change": (input: never) => (inputs.push(input), {}) },
    });
    return { ...run, inputs };
  };
  it("sends another key for the same place", async () => {
    const run = await keys(["--access-key", "NEW"], { env: { GOLDSMITH_SECRET: "SK2" } });
    expect(run.code).toBe(0);
    expect(run.inputs).toEqual([{ stagingId: "s1", place: { ...place, accessKeyId: "NEW" }, secret: "SK2" }]);
  });

  it.each([
    [[], "Say what to change"],
    [["--user", "x"], "That is for sftp"],
    [["--agent", "--password"], "Give one of"],
  ] as const)("refuses %j", async (argv, words) => {
    const run = await keys(argv);
    expect(run).toMatchObject({ code: 2, inputs: [] });
    expect(run.stderr).toContain(words);
  });
});
