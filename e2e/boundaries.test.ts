import { spawn } from "node:child_process";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";

/**
 * The walls of the house (.config/dependency-cruiser.mjs) must be seen to stand: each planted violation is
 * reported by its rule, and the clean tree is really read. (With a parser that is missing or too old the tool
 * finds no modules and reports success.)
 */
const root = join(import.meta.dirname, "..");
const planted: string[] = [];
afterEach(async () => {
  for (const path of planted.splice(0)) await rm(path, { force: true });
});

interface Report {
  violations: { rule: { name: string }; from: string; to: string }[];
  totalCruised: number;
}

async function cruise(...folders: string[]): Promise<Report> {
  const program = join(root, "node_modules", "dependency-cruiser", "bin", "dependency-cruiser.mjs");
  const args = ["--config", ".config/dependency-cruiser.mjs", "--output-type", "json", ...folders];
  const child = spawn(process.execPath, [program, ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  await new Promise((resolve) => child.once("close", resolve));
  if (!stdout.startsWith("{")) throw new Error(`dependency-cruiser gave no report: ${stderr}`);
  return (JSON.parse(stdout) as { summary: Report }).summary;
}

async function plant(path: string, source: string): Promise<void> {
  planted.push(join(root, path));
  await writeFile(join(root, path), source);
}

/** What is reported about one file. */
const about = (report: Report, from: string): string[] =>
  report.violations
    .filter((one) => one.from === from)
    .map((one) => one.rule.name)
    .toSorted();

describe("boundaries", () => {
  it("are kept by the tree, all of which is read", async () => {
    const report = await cruise("main", "preload", "renderer", "e2e");
    expect(report.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`)).toEqual([]);
    expect(report.totalCruised).toBeGreaterThan(300);
  }, 120_000);

  it.each([
    {
      what: "the core imports electron",
      path: "main/core/planted-violation-PID.ts",
      source: 'import { app } from "electron";\nexport const name = app.getName();\n',
      rules: ["core-never-imports-electron", "core-never-reaches-electron"],
    },
    {
      what: "the core imports a type of electron",
      path: "main/core/planted-violation-PID.ts",
      source: 'import type { App } from "electron";\nexport type Name = App["getName"];\n',
      rules: ["core-never-imports-electron", "core-never-reaches-electron"],
    },
    {
      what: "the core imports a host",
      path: "main/core/planted-violation-PID.ts",
      source: 'export { safeName } from "#hosts/node/upload.ts";\n',
      rules: ["core-not-to-system", "nothing-imports-a-host"],
    },
    {
      what: "the core reaches electron through a host",
      path: "main/core/planted-violation-PID.ts",
      source: 'export { openWindow } from "#hosts/electron/open-window.ts";\n',
      rules: ["core-never-reaches-electron", "core-not-to-system", "nothing-imports-a-host"],
    },
    {
      what: "the window imports Node",
      path: "renderer/planted-violation-PID.ts",
      source: 'import { readFileSync } from "node:fs";\nexport const text = readFileSync("x");\n',
      rules: ["renderer-never-reaches-node", "renderer-without-node"],
    },
    {
      what: "the window imports the core",
      path: "renderer/planted-violation-PID.ts",
      source: 'export { StateStore } from "#core/state-store.ts";\n',
      rules: ["renderer-knows-the-contract-only"],
    },
    {
      what: "the preload imports the contract",
      path: "preload/planted-violation-PID.ts",
      source: 'export { contract } from "#contract/contract.ts";\n',
      rules: ["preload-knows-nothing"],
    },
    {
      what: "pure code imports Node",
      path: "main/core/lib/planted-violation-PID.ts",
      source: 'export { join } from "node:path";\n',
      rules: ["lib-is-pure"],
    },
    {
      what: "the core imports the native terminals",
      path: "main/core/planted-violation-PID.ts",
      source: 'export { spawn } from "node-pty";\n',
      rules: ["node-pty-in-system-only"],
    },
    {
      what: "an import leads nowhere",
      path: "main/core/planted-violation-PID.ts",
      source: 'export { nothing } from "#core/nothing-here.ts";\n',
      rules: ["resolvable"],
    },
  ])(
    "are reported when $what",
    async ({ path, source, rules }) => {
      const ownPath = path.replace("PID", String(process.pid)); // two runs in one tree must not meet
      await plant(ownPath, source);
      expect(about(await cruise(ownPath), ownPath)).toEqual(rules);
    },
    60_000,
  );
});
