import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { acquireLock } from "#core/library/owner-lock.ts";
import { testPorts } from "#core/publish/publish-harness.ts";
import { StateStore } from "#core/state-store.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { createIsos, type Isos } from "./isos.ts";

let data: string;
let store: StateStore;
let isos: Isos;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "goldsmith-isos-"));
  store = new StateStore();
  const ports = testPorts(data, nodeProcesses);
  const resources = new URL("../../../resources", import.meta.url).pathname;
  isos = createIsos({ ports: { ...ports, directories: { ...ports.directories, resources } }, store });
  await isos.load();
});
afterEach(() => rm(data, { recursive: true }));

it("shows the catalogue, and says of what is not there that it must be downloaded", () => {
  expect(store.state.isos["alpine-virt"]).toMatchObject({ state: "absent", own: false, path: null });
  expect(() => isos.pathOf("alpine-virt")).toThrow("not on this computer");
});

const ownEntry = {
  id: "house",
  title: "Installer of the house",
  os: "Debian",
  version: "1",
  list: { url: "http://127.0.0.1:8080/SHA256SUMS", format: "gnu" },
  pattern: "^house\\.iso$",
  base: "http://127.0.0.1:8080/",
  answerKind: null,
  sizeBytes: null,
};
const withOwn = async (isoEntries: readonly object[]) => {
  await writeFile(join(data, "iso-catalogue.json"), JSON.stringify({ version: 1, isos: isoEntries }));
  await isos.load();
};

it("shows the user's own catalogue with the product's, and in the place of an entry of the same id", async () => {
  await withOwn([ownEntry, { ...ownEntry, id: "alpine-virt", title: "Our Alpine" }]);
  expect(store.state.isos["house"]).toMatchObject({ title: "Installer of the house", state: "absent" });
  expect(store.state.isos["alpine-virt"]?.title).toBe("Our Alpine");
  expect(store.state.notices).toEqual({});
});

it.each([
  ["a list that anybody could change on the way", { list: { url: "http://example.org/S", format: "gnu" } }],
  ["a pattern that is none", { pattern: "(" }],
])("says what is wrong with an own catalogue, and shows the product's: %s", async (_, change) => {
  await withOwn([{ ...ownEntry, ...change }]);
  expect(store.state.isos["house"]).toBeUndefined();
  expect(store.state.isos["alpine-virt"]?.state).toBe("absent");
  expect(store.state.notices["iso-catalogue"]?.title).toContain("iso-catalogue.json");
});

it("touches no download that another one works on", async () => {
  await isos.remove("alpine-virt");
  const release = await acquireLock(join(data, "isos", "alpine-virt.lock"), nodeProcesses);
  await expect(isos.remove("alpine-virt")).rejects.toMatchObject({ code: "already-exists" });
  await release();
  await isos.remove("alpine-virt");
});

it("refuses what is no ISO as one's own", async () => {
  const path = join(data, "letter.txt");
  await writeFile(path, "no ISO ".repeat(10_000));
  await expect(isos.addOwn(path)).rejects.toMatchObject({ code: "bad-input" });
  await expect(isos.addOwn("relative.iso")).rejects.toMatchObject({ code: "bad-input" });
});
