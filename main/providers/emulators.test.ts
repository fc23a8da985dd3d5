import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeFileAtomic } from "#core/library/json-file.ts";
import { nodeProcesses } from "#system/node-processes.ts";
import { createProviderClient } from "./clients.ts";
import type { Emulator } from "./emulation/emulator.ts";
import { hastyClock } from "./emulation/testing/hasty-clock.ts";
import { emulators } from "./emulators.ts";
import { manifests } from "./manifests.ts";
import { profiles } from "./profiles.ts";

const signal = (): AbortSignal => AbortSignal.timeout(20_000);

it("has a client, an emulator and a profile for every manifest", () => {
  const ids = manifests.map(({ id }) => id);
  expect(Object.keys(emulators).toSorted()).toEqual(ids.toSorted());
  for (const manifest of manifests) {
    expect(profiles[manifest.id].name).toBe(manifest.name);
    // Every format that a publish may choose is one that the judge lets through.
    const judged = profiles[manifest.id].formats.value;
    for (const format of manifest.capabilities.formats) expect(judged).toContain(format);
    const names = manifest.fields.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  }
});

it("refuses a provider without an adapter in words", () => {
  const access = { apiBase: "http://127.0.0.1:1", fields: {} };
  expect(() => createProviderClient("kvm", access, { clock: hastyClock })).toThrow(/cannot publish to kvm/);
});

describe.each(manifests.map((manifest) => [manifest.name, manifest] as const))(
  "the practice account of %s",
  (_, manifest) => {
    let folder: string;
    let emulator: Emulator;
    const start = async (secret: string): Promise<Emulator> => {
      const run = emulators[manifest.id];
      if (run === undefined) throw new Error("no emulator");
      const processes = nodeProcesses;
      return run({ folder, secret, processes, clock: hastyClock, writeFileAtomic });
    };
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "goldsmith-practice-"));
      emulator = await start("practice-secret-1");
    });
    afterEach(async () => {
      await emulator.close();
      await rm(folder, { recursive: true, force: true });
    });
    const client = (fields = emulator.fields) =>
      createProviderClient(manifest.id, { apiBase: emulator.apiBase, fields }, { clock: hastyClock });

    it("is opened by its own fields, and empty", async () => {
      await client().testCredentials(signal());
      expect(await client().listImages(signal())).toEqual([]);
      const known = new Set(manifest.fields.map(({ name }) => name));
      expect(Object.keys(emulator.fields).filter((name) => !known.has(name))).toEqual([]);
      const required = manifest.fields.filter((field) => field.required).map(({ name }) => name);
      expect(required.filter((name) => (emulator.fields[name] ?? "") === "")).toEqual([]);
    });

    it("keeps its credentials over a restart, and lets nobody in with those of another secret", async () => {
      const { fields } = emulator;
      await emulator.close();
      emulator = await start("practice-secret-1");
      // Addresses apart, which follow the port.
      const lasting = (all: Readonly<Record<string, string>>) =>
        Object.entries(all).filter(([, value]) => !value.startsWith("http://127.0.0.1"));
      expect(lasting(emulator.fields)).toEqual(lasting(fields));
      await emulator.close();
      emulator = await start("practice-secret-2");
      const stranger = { ...emulator.fields, ...Object.fromEntries(lasting(fields)) };
      await expect(client(stranger).testCredentials(signal())).rejects.toMatchObject({
        code: "unauthorized",
      });
    });
  },
);
