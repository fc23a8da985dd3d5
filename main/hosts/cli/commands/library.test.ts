import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runFake } from "../cli-harness.ts";
import { StateStore } from "#core/state-store.ts";
import { sampleImage, sampleMachine } from "./library-samples.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "goldsmith-cli-"));
});
afterAll(() => rm(folder, { recursive: true }));

const library = (): StateStore => {
  const store = new StateStore();
  store.put("machines", "m1", sampleMachine("m1", "web"));
  store.put("images", "i1", sampleImage("i1", "golden"));
  return store;
};

describe("goldsmith image", () => {
  it("shows where an image lies and what it was made of, with its notes line by line", async () => {
    const store = library();
    store.put("images", "i1", {
      ...sampleImage("i1", "golden"),
      tags: ["a", "b"],
      notes: "one\n\u001b[2Jtwo",
    });
    const { code, stdout } = await runFake(["image", "show", "golden"], { store });
    expect(code).toBe(0);
    expect(stdout).toContain("/images/i1/disk.qcow2");
    expect(stdout).toContain("tags      a, b");
    expect(stdout).toContain("notes     one");
    expect(stdout).not.toContain("\u001b");
  });

  it("changes only what was given", async () => {
    const inputs: unknown[] = [];
    const change = (argv: readonly string[]) =>
      runFake(["image", "change", "golden", ...argv], {
        store: library(),
        calls: { "images.change": (input: never) => (inputs.push(input), {}) },
      });
    expect((await change(["--tags", "a, b,,", "--notes", ""])).code).toBe(0);
    expect((await change(["--name", "silver"])).code).toBe(0);
    expect(inputs).toEqual([
      { imageId: "i1", tags: ["a", "b"], notes: "" },
      { imageId: "i1", name: "silver" },
    ]);
    const nothing = await change([]);
    expect(nothing.code).toBe(2);
    expect(nothing.stderr).toContain("--name, --notes, --tags");
  });
});

describe("goldsmith machine screenshot", () => {
  const shoot = (file: string) =>
    runFake(["machine", "screenshot", "web", join(folder, file)], {
      store: library(),
      calls: { "machines.screenshot": () => ({ pngBase64: Buffer.from("PNG").toString("base64") }) },
    });

  it("writes a new file, and nothing over", async () => {
    expect((await shoot("new.png")).code).toBe(0);
    expect(await readFile(join(folder, "new.png"), "utf8")).toBe("PNG");
    await writeFile(join(folder, "kept.png"), "mine");
    const again = await shoot("kept.png");
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("is there already");
    expect(await readFile(join(folder, "kept.png"), "utf8")).toBe("mine");
  });
});

describe("goldsmith machine discard-memory", () => {
  const discard = async (argv: readonly string[], suspended = true) => {
    const inputs: unknown[] = [];
    const store = library();
    store.put("machines", "m1", { ...sampleMachine("m1", "web"), suspended });
    const run = await runFake(["machine", "discard-memory", "web", ...argv], {
      store,
      calls: { "machines.discardMemory": (input: never) => (inputs.push(input), {}) },
    });
    return { ...run, inputs };
  };

  it("asks first, and refuses where there is none", async () => {
    expect(await discard(["--yes"])).toMatchObject({ code: 0, inputs: [{ machineId: "m1" }] });
    expect(await discard([])).toMatchObject({ code: 1, inputs: [] });
    expect((await discard(["--yes"], false)).stderr).toContain("is not suspended");
  });
});

describe("goldsmith record", () => {
  it.each([
    ["recipe.yaml", "is there already"],
    ["no/such/folder.yaml", "There is no folder"],
  ])("refuses %s before anything is typed", async (file, words) => {
    await writeFile(join(folder, "recipe.yaml"), "name: mine\n");
    const run = await runFake(["record", "web", "--output", join(folder, file)], { store: library() });
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(words);
    expect(await readFile(join(folder, "recipe.yaml"), "utf8")).toBe("name: mine\n");
  });
});
