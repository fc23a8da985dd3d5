import { describe, expect, it } from "vitest";
import { AppError } from "#core/lib/app-error.ts";
import { runFake, type FakeWorld } from "../cli-harness.ts";
import { publishingWorld } from "./publishing-samples.ts";

async function run(argv: readonly string[], world: FakeWorld = {}) {
  const inputs: unknown[] = [];
  const keep = (answer: unknown) => (input: never) => (inputs.push(input), answer);
  const done = await runFake(argv, {
    store: publishingWorld(),
    ...world,
    calls: {
      "accounts.refresh": () => ({}),
      "accounts.instances": () => [
        { id: "n1", name: "web-01", status: "running" },
        { id: "n2", name: "db-01", status: "stopped" },
      ],
      "accounts.capture": keep({ remoteImageId: "a1/9" }),
      "accounts.mountIso": keep({}),
      "remote.export": keep({ workRequestId: "w1" }),
      "remote.shapes": () => [
        { shape: "VM.Flex", ocpus: { min: 1, max: 4 }, memoryGB: { min: 6, max: null } },
        { shape: "VM.Two", ocpus: null, memoryGB: null },
      ],
      "remote.setShape": keep({}),
      "remote.removeShape": keep({}),
      "remote.compartments": () => [
        { id: "ocid1.tenancy", name: "root", description: "The tenancy itself" },
        { id: "ocid1.c", name: "production", description: "" },
      ],
      "remote.move": keep({}),
      ...world.calls,
    },
  });
  return { ...done, inputs };
}

describe("goldsmith remote export", () => {
  it("names the object after the image unless it is named", async () => {
    const first = await run(["remote", "export", "10", "--bucket", "images"]);
    expect(first).toMatchObject({
      code: 0,
      stdout: "The provider writes web-10 to images/web-10.qcow2 (w1).\n",
    });
    expect(first.inputs).toEqual([
      { remoteImageId: "a1/10", bucket: "images", object: "web-10.qcow2", format: "QCOW2" },
    ]);
    const argv = ["remote", "export", "10", "--bucket", "b", "--object", "o", "--format", "vmdk", "--json"];
    const named = await run(argv);
    expect(JSON.parse(named.stdout)).toMatchObject({ object: "o", format: "VMDK", workRequestId: "w1" });
  });

  it("says what is missing or wrong before an account is asked, and what the core refuses", async () => {
    expect(await run(["remote", "export", "10"])).toMatchObject({ code: 2, inputs: [] });
    expect(await run(["remote", "export", "10", "--bucket", "b", "--format", "raw"])).toMatchObject({
      code: 2,
    });
    const refused = await run(["remote", "export", "10", "--bucket", "b"], {
      calls: {
        "remote.export": () => {
          throw new AppError("bad-input", "Fybe cannot export", { hint: "Oracle can." });
        },
      },
    });
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("Oracle can.");
  });
});

describe("goldsmith remote shapes", () => {
  it("lists them with their limits", async () => {
    const { stdout } = await run(["remote", "shapes", "10"]);
    expect(stdout).toMatch(/VM\.Flex +1-4 +from 6/);
  });

  it.each([
    ["1-4", { min: 1, max: 4 }],
    ["1-", { min: 1, max: null }],
    ["-4", { min: null, max: 4 }],
    ["2", { min: 2, max: 2 }],
  ])("adds one within %s", async (range, ocpus) => {
    const { inputs } = await run(["remote", "shapes", "10", "--add", "VM.Flex", `--ocpus=${range}`]);
    expect(inputs).toEqual([{ remoteImageId: "a1/10", shape: "VM.Flex", ocpus, memoryGB: null }]);
  });

  it("removes one, and answers what is left", async () => {
    const { inputs, stdout } = await run(["remote", "shapes", "10", "--remove", "VM.Two", "--json"]);
    expect(inputs).toEqual([{ remoteImageId: "a1/10", shape: "VM.Two" }]);
    expect(JSON.parse(stdout)).toHaveLength(2);
  });

  it.each([["x"], ["4-1"], ["0-2"], ["-"]])("refuses the limits %s", async (range) => {
    const argv = ["remote", "shapes", "10", "--add", "VM.Flex", `--memory-gb=${range}`];
    expect(await run(argv)).toMatchObject({ code: 2, inputs: [] });
  });

  it("refuses limits of nothing", async () => {
    expect(await run(["remote", "shapes", "10", "--ocpus", "1-4"])).toMatchObject({ code: 2, inputs: [] });
  });
});

describe("goldsmith remote move", () => {
  it("finds the compartment by its name, and shows which there are", async () => {
    const moved = await run(["remote", "move", "10", "production"]);
    expect(moved).toMatchObject({ code: 0, stdout: "Moved web-10 to production.\n" });
    expect(moved.inputs).toEqual([{ remoteImageId: "a1/10", compartmentId: "ocid1.c" }]);
    const shown = await run(["remote", "move", "10", "--options"]);
    expect(shown).toMatchObject({ code: 0, inputs: [] });
    expect(shown.stdout).toMatch(/production +ocid1\.c/);
  });

  it("moves nothing to nowhere", async () => {
    expect(await run(["remote", "move", "10"])).toMatchObject({ code: 2, inputs: [] });
    expect(await run(["remote", "move", "10", "attic"])).toMatchObject({ code: 1, inputs: [] });
  });
});

describe("the instances of an account", () => {
  it("are listed", async () => {
    expect((await run(["account", "instances", "work"])).stdout).toMatch(/db-01 +stopped +n2/);
    expect(JSON.parse((await run(["account", "instances", "work", "--json"])).stdout)).toHaveLength(2);
  });

  it("are captured by name; what is not said is left to the panel", async () => {
    const plain = await run(["account", "capture", "work", "web-01"]);
    expect(plain).toMatchObject({ code: 0, stdout: "work makes web-01 of web-01 (a1/9).\n" });
    expect(plain.inputs).toEqual([{ accountId: "a1", instanceId: "n1", name: "web-01" }]);
    const argv = [
      "account",
      "capture",
      "work",
      "n2",
      "--name",
      "golden",
      "--type",
      "linux",
      "--cloud-init",
      "no",
    ];
    expect((await run(argv)).inputs).toEqual([
      { accountId: "a1", instanceId: "n2", name: "golden", type: "linux", cloudInit: false },
    ]);
  });

  it.each([
    [["capture", "work", "web-01", "--type", "bsd"], 2],
    [["capture", "work", "web-01", "--cloud-init", "maybe"], 2],
    [["capture", "work", "mail"], 1],
    [["mount-iso", "work", "web-01"], 2],
    [["mount-iso", "work", "web-01", "https://x", "--eject"], 2],
  ])("are left alone by %j", async (argv, code) => {
    expect(await run(["account", ...argv])).toMatchObject({ code, inputs: [] });
  });

  it("get an ISO and give it back", async () => {
    const url = "https://example.org/debian-12.iso";
    expect((await run(["account", "mount-iso", "work", "web-01", url, "--secondary"])).inputs).toEqual([
      { accountId: "a1", instanceId: "n1", url, device: "secondary" },
    ]);
    expect((await run(["account", "mount-iso", "work", "web-01", "--eject"])).inputs).toEqual([
      { accountId: "a1", instanceId: "n1", url: null, device: "primary" },
    ]);
  });
});
