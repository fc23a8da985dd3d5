import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Keychain } from "./keychain.ts";
import { fileSecrets, keychainSecrets } from "./node-secrets.ts";
import { createRedactor } from "./redactor.ts";
import { SecretsFile } from "./secrets-file.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs-secrets-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const place = () => {
  const path = join(folder, "secrets.json");
  return { path, file: new SecretsFile(path), redactor: createRedactor() };
};
const fakeKeychain = (): Keychain & { entries: Map<string, string> } => {
  const entries = new Map<string, string>();
  return {
    entries,
    get: async (name) => entries.get(name) ?? null,
    set: async (name, value) => void entries.set(name, value),
    remove: async (name) => void entries.delete(name),
  };
};

describe("secrets in a file", () => {
  it("are for this user only, survive, and can be removed", async () => {
    const secrets = fileSecrets("there is no keychain", place());
    await Promise.all([secrets.set("a", "one"), secrets.set("b", "two")]);
    expect((await stat(join(folder, "secrets.json"))).mode & 0o777).toBe(0o600);
    const again = fileSecrets("there is no keychain", place());
    expect([await again.get("a"), await again.get("b")]).toEqual(["one", "two"]);
    await again.remove("a");
    expect(await again.get("a")).toBeNull();
    expect(again).toMatchObject({ kind: "file", detail: expect.stringContaining("there is no keychain") });
  });

  it("are known to the log's redactor from the moment they are seen", async () => {
    const here = place();
    await fileSecrets("x", here).set("a", "value-1234");
    expect(here.redactor.redact("value-1234")).toBe("***");
    const later = place();
    await fileSecrets("x", later).get("a");
    expect(later.redactor.redact("value-1234")).toBe("***");
  });
});

describe("secrets in the keychain", () => {
  it("leave no value in the file", async () => {
    const secrets = keychainSecrets(fakeKeychain(), place());
    await secrets.set("a", "value-1234");
    expect(await secrets.get("a")).toBe("value-1234");
    expect(await readFile(join(folder, "secrets.json"), "utf8")).not.toContain("value-1234");
    await secrets.remove("a");
    expect(await secrets.get("a")).toBeNull();
  });

  it("take over what was kept in the file before there was a keychain", async () => {
    await fileSecrets("x", place()).set("a", "value-1234");
    const keychain = fakeKeychain();
    expect(await keychainSecrets(keychain, place()).get("a")).toBe("value-1234");
    expect(keychain.entries.get("a")).toBe("value-1234");
    expect(await readFile(join(folder, "secrets.json"), "utf8")).not.toContain("value-1234");
  });

  it("are not taken for missing on a day without keychain", async () => {
    await keychainSecrets(fakeKeychain(), place()).set("a", "value-1234");
    const today = fileSecrets("there is no desktop session", place());
    await expect(today.get("a")).rejects.toMatchObject({ code: "permission-denied" });
    expect(await today.get("never-set")).toBeNull();
    await today.set("a", "new-value");
    expect(await today.get("a")).toBe("new-value");
  });
});
