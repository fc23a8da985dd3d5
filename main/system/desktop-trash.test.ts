import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Processes } from "#ports/processes.ts";
import { createDesktop } from "./desktop-trash.ts";
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
