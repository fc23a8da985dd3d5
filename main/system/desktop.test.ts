import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Processes } from "#ports/processes.ts";
import { revealCommands } from "./desktop-reveal.ts";
import { createDesktop } from "./desktop.ts";
import { nodeProcesses } from "./node-processes.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "gs-trash-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Programs of the test's folder only; each writes down its arguments. */
async function programs(scripts: Record<string, string>): Promise<Processes> {
  for (const [name, script] of Object.entries(scripts)) {
    await writeFile(join(folder, name), `#!/bin/sh\necho "$0 $*" >> ${folder}/calls\n${script}\n`);
    await chmod(join(folder, name), 0o755);
  }
  return {
    ...nodeProcesses,
    find: async (name) => (name in scripts ? join(folder, name) : null),
    run: ([name, ...rest], options) => nodeProcesses.run([join(folder, name ?? ""), ...rest], options),
  };
}
const session = { DISPLAY: ":0" };

describe("the desktop's trash", () => {
  it("is used inside a session, also for names that look like options", async () => {
    const desktop = createDesktop(await programs({ gio: "exit 0" }), session, "linux");
    expect(await desktop.trash("-rf")).toBe(true);
    expect(await readFile(join(folder, "calls"), "utf8")).toContain("gio trash -- -rf");
  });

  it("asks the next program when one fails, and answers false in the end", async () => {
    const both = await programs({ gio: "exit 1", "trash-put": "exit 0" });
    expect(await createDesktop(both, session, "linux").trash("/x")).toBe(true);
    const one = await programs({ gio: "exit 1" });
    expect(await createDesktop(one, session, "linux").trash("/x")).toBe(false);
  });

  it("is not used on a headless machine", async () => {
    expect(await createDesktop(await programs({ gio: "exit 0" }), {}, "linux").trash("/x")).toBe(false);
  });
});

describe("reveal", () => {
  it("asks the file manager of each system for exactly this file", () => {
    expect(revealCommands("/a b/c'd.img", {}, "darwin")).toEqual([["open", "-R", "/a b/c'd.img"]]);
    expect(revealCommands("C:\\x,y.img", {}, "win32")).toEqual([["explorer.exe", "/select,C:\\x,y.img"]]);
    const [dbus, open] = revealCommands("/a b/c'd.img", { DISPLAY: ":0" }, "linux");
    expect(dbus).toContain("['file:///a%20b/c%27d.img']");
    expect(open).toEqual(["xdg-open", "/a b"]);
  });

  it("tells the path where there is no desktop", async () => {
    const noDesktop = createDesktop({ find: async () => null } as unknown as Processes, {}, "linux");
    await expect(noDesktop.reveal("/data/x.img")).rejects.toMatchObject({
      code: "tool-missing",
      hint: "It lies at /data/x.img",
    });
  });
});
