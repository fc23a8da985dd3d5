import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createGuestAccess } from "./guest-access.ts";
import { startPasswordServer } from "./testing/password-server.ts";

const { signal } = new AbortController();
let home: string;
let secrets: Map<string, string>;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "gs-authorize-"));
  secrets = new Map();
});
afterEach(() => rm(home, { recursive: true }));

const accessAt = (sshPort: number | null) =>
  createGuestAccess({
    ports: {
      secrets: {
        kind: "file",
        detail: "",
        get: async (name) => secrets.get(name) ?? null,
        set: async (name, value) => void secrets.set(name, value),
        remove: async (name) => void secrets.delete(name),
      },
    },
    machines: { view: () => ({ name: "m", sshPort }) as never },
    folder: home,
  });
const login = { username: "craft", password: "a secret" };
const authorizedKeys = (): Promise<string> => readFile(join(home, ".ssh/authorized_keys"), "utf8");

describe("a guest that asks for a password", () => {
  it("gets the machine's key by it, once, and is entered without it from then on", async () => {
    await using server = await startPasswordServer({ ...login, home });
    const guest = accessAt(server.port);
    expect(await guest.status("m1", signal)).toMatchObject({ reachable: false, username: null });
    await guest.authorize("m1", login, signal);
    await guest.authorize("m1", login, signal);
    expect(await guest.status("m1", signal)).toEqual({ reachable: true, username: "craft", reason: "" });
    expect((await authorizedKeys()).trim()).toBe(await guest.publicKey("m1"));
    expect(await guest.run("m1", "echo $((6 * 7)); exit 3", { signal })).toEqual({
      exitCode: 3,
      stdout: "42\n",
      stderr: "",
    });
    const kept = (await readFile(join(home, "m1.json"), "utf8")) + [...secrets.values()].join("");
    expect(kept).not.toContain(login.password);
  });

  it("says why it cannot be entered", async () => {
    await using server = await startPasswordServer({ ...login, home });
    const wrong = accessAt(server.port).authorize("m1", { ...login, password: "x" }, signal);
    await expect(wrong).rejects.toMatchObject({ code: "unauthorized", message: /craft/ });
    await expect(accessAt(null).run("m1", "true", { signal })).rejects.toMatchObject({
      code: "machine-not-running",
    });
    await expect(accessAt(server.port).run("m2", "true", { signal })).rejects.toMatchObject({
      code: "not-found",
    });
    await expect(accessAt(1).authorize("m1", login, signal)).rejects.toMatchObject({ code: "network" });
  });

  it("is refused when it shows another host key, until it is authorized anew", async () => {
    const first = await startPasswordServer({ ...login, home });
    await accessAt(first.port).authorize("m1", login, signal);
    await first[Symbol.asyncDispose]();
    await using second = await startPasswordServer({ ...login, home });
    const guest = accessAt(second.port);
    await expect(guest.run("m1", "true", { signal })).rejects.toMatchObject({
      code: "verify-failed",
      details: { known: expect.stringMatching(/^SHA256:/), shown: expect.stringMatching(/^SHA256:/) },
    });
    await guest.authorize("m1", login, signal);
    expect(await guest.run("m1", "true", { signal })).toMatchObject({ exitCode: 0 });
  });

  it("has the key taken out again, and only that one", async () => {
    await using server = await startPasswordServer({ ...login, home });
    const guest = accessAt(server.port);
    await guest.authorize("m1", login, signal);
    await writeFile(
      join(home, ".ssh/authorized_keys"),
      `ssh-ed25519 AAAA someone\n${await authorizedKeys()}`,
    );
    await guest.removeKey("m1", signal);
    expect(await authorizedKeys()).toBe("ssh-ed25519 AAAA someone\n");
    expect(secrets.size).toBe(0);
    await guest.removeKey("m1", signal);
  });
});
