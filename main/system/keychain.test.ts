import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { whyNoKeychain } from "./keychain.ts";

const names = ["DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"] as const;
const before = Object.fromEntries(names.map((name) => [name, process.env[name]]));
beforeEach(() => {
  for (const name of names) delete process.env[name];
});
afterEach(() => {
  for (const name of names) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

describe.runIf(process.platform === "linux")("the keychain's proof", () => {
  it("needs no child where there is no session bus", async () => {
    expect(await whyNoKeychain("goldsmith-test")).toContain("no D-Bus session bus");
  });

  it("answers the reason when the bus cannot be reached", async () => {
    process.env["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nonexistent/bus";
    const reason = await whyNoKeychain("goldsmith-test");
    expect(reason).not.toBeNull();
    expect(reason).not.toContain("did not answer");
  });

  it("does not wait for a bus that takes the call and says nothing", async () => {
    const folder = await mkdtemp(join(tmpdir(), "gs-bus-"));
    const server = createServer(() => {});
    await new Promise<void>((listening) => server.listen(join(folder, "bus"), listening));
    process.env["DBUS_SESSION_BUS_ADDRESS"] = `unix:path=${join(folder, "bus")}`;
    const startedMs = performance.now();
    expect(await whyNoKeychain("goldsmith-test", 1_000)).toContain("did not answer within 1 s");
    expect(performance.now() - startedMs).toBeLessThan(3_000);
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
});
