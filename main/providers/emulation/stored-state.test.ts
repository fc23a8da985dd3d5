import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { writeFileAtomic } from "#core/library/json-file.ts";
import { StoredState } from "./stored-state.ts";

const Schema = z.object({ names: z.array(z.string()), added: z.number().default(7) });
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "goldsmith-state-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));
const open = () => StoredState.open({ folder, writeFileAtomic }, Schema, { names: [], added: 0 });
const file = (name: string): string => join(folder, name);

it("keeps what was saved, in the order in which it was asked for", async () => {
  const state = await open();
  const saves = ["a", "b", "c"].map((name) => {
    state.data.names.push(name);
    return state.save();
  });
  await Promise.all(saves);
  expect((await open()).data.names).toEqual(["a", "b", "c"]);
});

it("does not share its beginning with another account", async () => {
  (await open()).data.names.push("x");
  expect((await open()).data.names).toEqual([]);
});

it("reads what an older version wrote", async () => {
  await writeFile(file("state.json"), '{"names":["old"]}');
  expect((await open()).data).toEqual({ names: ["old"], added: 7 });
});

it.each(["", "{", '{"names":1}'])(
  "begins anew where the file is %j, and keeps the file aside",
  async (text) => {
    await writeFile(file("state.json"), text);
    const state = await open();
    expect(state.data.names).toEqual([]);
    expect(await readFile(file("state.unreadable.json"), "utf8")).toBe(text);
  },
);
