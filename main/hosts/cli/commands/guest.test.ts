import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { initialView, reduceJob } from "#core/job/reducer.ts";
import { StateStore } from "#core/state-store.ts";
import { runFake, type FakeWorld } from "../cli-harness.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs-cli-guest-"));
});
afterEach(() => rm(folder, { recursive: true }));

const at = "2026-01-01T00:00:00.000Z";

/** A machine named web; what is asked of its guest is kept, copies end at once. */
function world(asked: [string, unknown][], answer: unknown = {}): FakeWorld {
  const store = new StateStore();
  store.put("machines", "m1", { id: "m1", name: "web", power: "running" } as never);
  const job = initialView({
    type: "created",
    version: 1,
    id: "j1",
    kind: "guest-copy",
    title: "Copy",
    subject: {},
    steps: [],
    input: {},
    at,
  });
  const keep =
    (name: string, value: unknown) =>
    (input: unknown): unknown => {
      asked.push([name, input]);
      if (name !== "guest.upload" && name !== "guest.download") return value;
      store.put(
        "jobs",
        "j1",
        reduceJob(reduceJob(job, { type: "attempt", at }), { type: "succeeded", result: {}, at }),
      );
      return { jobId: "j1" };
    };
  return {
    store,
    calls: {
      "guest.run": keep("guest.run", answer),
      "guest.authorize": keep("guest.authorize", {}),
      "guest.upload": keep("guest.upload", {}),
      "guest.download": keep("guest.download", {}),
    },
  };
}

describe("goldsmith guest", () => {
  it("runs a script from the command line, a file or standard input", async () => {
    const asked: [string, unknown][] = [];
    const result = { exitCode: 0, stdout: "done\n", stderr: "a warning\n" };
    const file = join(folder, "setup.sh");
    await writeFile(file, "echo file\n");
    expect(await runFake(["guest", "run", "web", "--command", "echo x"], world(asked, result))).toEqual({
      code: 0,
      stdout: "done\n",
      stderr: "a warning\n",
    });
    await runFake(["guest", "run", "web", file], world(asked, result));
    const lines = async (): Promise<string[]> => ["echo piped", ""];
    await runFake(["guest", "run", "web"], { ...world(asked, result), prompt: { lines } });
    expect(asked.map(([, input]) => (input as { script: string }).script)).toEqual([
      "echo x",
      "echo file\n",
      "echo piped\n",
    ]);
    const failed = await runFake(["guest", "run", "web", "--json"], world([], { ...result, exitCode: 7 }));
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stdout)).toMatchObject({ exitCode: 7 });
  });

  it("copies into and out of a guest, told by MACHINE:PATH", async () => {
    const asked: [string, unknown][] = [];
    await runFake(["guest", "copy", "a.conf", "b", "web:/etc/site d"], world(asked));
    await runFake(["guest", "copy", "web:/var/log", folder], world(asked));
    expect(asked).toEqual([
      ["guest.upload", { machineId: "m1", paths: [resolve("a.conf"), resolve("b")], folder: "/etc/site d" }],
      ["guest.download", { machineId: "m1", path: "/var/log", toFolder: folder }],
    ]);
    for (const words of [["a", "b"], ["web:/x"], ["web:/x", "web2:/y", folder]])
      expect((await runFake(["guest", "copy", ...words], world([]))).code).toBe(2);
  });

  it("takes the password from a question or from standard input, never from a word", async () => {
    const asked: [string, unknown][] = [];
    const lines = async (): Promise<string[]> => ["a secret", ""];
    const words = ["guest", "authorize", "web", "--user", "craft"];
    const run = await runFake(words, { ...world(asked), prompt: { lines } });
    expect(run.stdout).toBe("web lets this computer in as craft.\n");
    expect(asked).toEqual([
      ["guest.authorize", { machineId: "m1", username: "craft", password: "a secret" }],
    ]);
    expect((await runFake(["guest", "authorize", "web"], world([]))).code).toBe(2);
  });
});
