import { describe, expect, it } from "vitest";
import type { DestinationPlan, PublishResult } from "#contract/publish.ts";
import { runFake } from "../cli-harness.ts";
import { publishingWorld, publishJob } from "./publishing-samples.ts";

const result = (accountId: string, change: Partial<PublishResult> = {}): PublishResult => ({
  accountId,
  remoteImageId: `${accountId}/10`,
  providerImageId: "10",
  status: "AVAILABLE",
  uploadedBytes: 160 * 1024 ** 2,
  sha256: "ab",
  stagingEmpty: true,
  overridden: [],
  regions: ["eu-1"],
  handOff: null,
  ...change,
});
const plan = (accountId: string, change: Partial<DestinationPlan> = {}): DestinationPlan => ({
  accountId,
  level: "pass",
  convert: "qcow2-zlib",
  formats: [
    { format: "qcow2-zlib", reason: "Holes and zeros are not uploaded" },
    { format: "raw-gzip", reason: "Made here first" },
  ],
  uploadBytes: 160 * 1024 ** 2,
  sharesWith: null,
  stagingName: "spaces",
  exposure: "signed-link",
  quota: null,
  cost: { currency: "USD", perMonth: 0.0102, perHour: 0.0000152, basis: "at 0.06" },
  same: [],
  notes: [],
  ...change,
});

/** `ends` are the jobs as they end, one an account. */
async function publish(argv: readonly string[], ends: readonly ReturnType<typeof publishJob>[] = []) {
  const store = publishingWorld();
  const inputs: unknown[] = [];
  const limits: unknown[] = [];
  const run = await runFake(["publish", ...argv], {
    store,
    calls: {
      "publish.start": (input: never) => {
        inputs.push(input);
        for (const job of ends) store.put("jobs", job.id, { ...job, status: "running" });
        queueMicrotask(() => ends.forEach((job) => store.put("jobs", job.id, job)));
        return { jobIds: ends.map(({ id }) => id) };
      },
      "publish.plan": (input: never) => {
        inputs.push(input);
        return [plan("a1"), plan("a2", { level: "error", sharesWith: "a1" })];
      },
      "settings.limitForNow": (part: never) => {
        limits.push(part);
        return {};
      },
    },
  });
  return { ...run, inputs, limits };
}

describe("goldsmith publish", () => {
  it("goes to several accounts at once and tells how each ended", async () => {
    const ends = [
      publishJob("j1", "a1", { result: result("a1") }),
      publishJob("j2", "a2", { result: result("a2", { stagingEmpty: false, overridden: ["root.ext"] }) }),
    ];
    const run = await publish(
      ["golden", "--to", "work,home", "--more-regions", "b,c", "--more-regions", "d", "--override"],
      ends,
    );
    expect(run.inputs).toMatchObject([
      {
        imageId: "i1",
        again: false,
        destinations: [
          { accountId: "a1", moreRegions: ["b", "c", "d"], override: true },
          { accountId: "a2", moreRegions: ["b", "c", "d"], override: true },
        ],
      },
    ]);
    expect(run.code).toBe(0);
    expect(run.stdout).toContain("web-10 is AVAILABLE at work");
    expect(run.stdout).toContain("could not be removed");
    expect(run.stdout).toContain("Overridden: root.ext");
    expect(run.stderr).toContain("home  ✓ Upload to staging");
  });

  it("ends with 1 when one failed, with its cause, its fix and the way on", async () => {
    const error = {
      code: "quota-exceeded",
      message: "25 GB are used up",
      hint: "Delete an image.",
      retry: "never",
      details: {},
    } as const;
    const ends = [
      publishJob("j1", "a1", { result: result("a1") }),
      publishJob("j2", "a2", { status: "failed", error }),
    ];
    const run = await publish(["golden", "--to", "work", "--to", "home"], ends);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain("AVAILABLE at work");
    expect(run.stderr).toContain("home: 25 GB are used up\n      Delete an image.");
    expect(run.stderr).toContain("goldsmith job retry j2 begins it anew");
    const passing = { ...error, code: "network", retry: "later" } as const;
    const broken = await publish(
      ["golden", "--to", "work"],
      [publishJob("j2", "a1", { status: "failed", error: passing })],
    );
    expect(broken.stderr).toContain("goldsmith job retry j2 goes on where it stopped");
    const same = { ...error, code: "already-exists" } as const;
    const again = await publish(
      ["golden", "--to", "work"],
      [publishJob("j2", "a1", { status: "failed", error: same })],
    );
    expect(again.stderr).toContain("goldsmith publish … --again");
    expect(again.stderr).not.toContain("job retry");
    const json = await publish(["golden", "--to", "work,home", "--json"], ends);
    expect(json).toMatchObject({ code: 1, stderr: "" });
    expect(JSON.parse(json.stdout)).toMatchObject({ jobs: [{ id: "j1" }, { id: "j2", error }] });
  });

  it("prints what the operator has to be told", async () => {
    const handOff = {
      name: "web",
      fileName: "g.qcow2",
      path: "/srv/g.qcow2",
      sizeBytes: 1,
      sha256: "ab",
      osType: "linux",
      cloudInit: true,
      text: "# g.qcow2\nPlease register it.",
    };
    const end = result("a1", { remoteImageId: null, providerImageId: null, status: "handed off", handOff });
    const run = await publish(["golden", "--to", "work"], [publishJob("j1", "a1", { result: end })]);
    expect(run.stdout).toContain("give them this:\n  # g.qcow2\n  Please register it.");
  });

  it("shows the plan and starts nothing", async () => {
    const run = await publish(["golden", "--to", "work,home", "--plan"]);
    expect(run.code).toBe(1);
    expect(run.stdout).toContain("160 MiB as qcow2 (zlib), through spaces");
    expect(run.stdout).toContain("Holes and zeros are not uploaded; also --format raw.gz");
    expect(run.stdout).toContain("0.01 USD a month, 0.000015 an hour");
    expect(run.stdout).toContain("nothing more, shares that of work");
    expect((await publish(["golden", "--to", "work,home", "--plan", "--override"])).code).toBe(0);
  });

  it("takes the format that was chosen, for every account", async () => {
    const run = await publish(["golden", "--to", "work,home", "--format", "raw.gz", "--plan"]);
    expect(run.inputs).toMatchObject([{ destinations: [{ format: "raw-gzip" }, { format: "raw-gzip" }] }]);
    const bare = await publish(["golden", "--to", "work", "--plan"]);
    expect(bare.inputs).toMatchObject([{ destinations: [{ format: null }] }]);
  });

  it("limits the upload for this run only", async () => {
    const run = await publish(
      ["golden", "--to", "work", "--limit", "5MB/s"],
      [publishJob("j1", "a1", { result: result("a1") })],
    );
    expect(run.limits).toEqual([{ bytesPerSecond: 5 * 1024 ** 2 }]);
  });

  it.each([
    [["golden"], "--to ACCOUNT is missing"],
    [["golden", "--to", "work", "--limit", "fast"], "--limit fast is no rate"],
    [["golden", "--to", "work", "--from-url", "ftp://x"], "--from-url"],
    [["golden", "--to", "work", "--format", "vhd"], "--format vhd: write as-it-is, qcow2 or raw.gz"],
  ])("refuses %j", async (argv, words) => {
    const run = await publish(argv);
    expect(run).toMatchObject({ code: 2, inputs: [] });
    expect(run.stderr).toContain(words);
  });
});
