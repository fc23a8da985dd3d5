import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";

const path = (name: string): string => new URL(name, import.meta.url).pathname;
const home = mkdtempSync(join(tmpdir(), "gs-process-"));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const env = { ...process.env, GOLDSMITH_HOME: home };
const execute = promisify(execFile);

/** The system's Node, where there is one that is too old for the product. */
function oldNode(): string | null {
  try {
    const version = execFileSync("/usr/bin/node", ["--version"], { encoding: "utf8" });
    return Number(/^v(\d+)/.exec(version)?.[1]) < 22 ? "/usr/bin/node" : null;
  } catch {
    return null;
  }
}

describe("the program", () => {
  it.skipIf(oldNode() === null)("starts from an old Node by the one that the project brings", async () => {
    const { stdout } = await execute(oldNode() ?? "", [path("./bin.mjs"), "--version"], { env });
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    const wrong = execute(oldNode() ?? "", [path("./bin.mjs"), "docter"], { env });
    await expect(wrong).rejects.toMatchObject({ code: 2 });
  });

  it("is silent when its reader goes away", async () => {
    const child = spawn(process.execPath, [path("./main.ts"), "--help"], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    child.stdout.destroy();
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });
});
