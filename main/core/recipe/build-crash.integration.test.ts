import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { JobViewSchema } from "#contract/job.ts";
import { parseRecipe } from "./read-recipe.ts";
import { keepVariables } from "./recipe-secrets.ts";
import { fakeMachines } from "./testing/fake-machines.ts";
import { fileSecrets } from "./testing/file-secrets.ts";

const text = `name: Golden
variables: { password: { secret: true } }
steps:
  - boot
  - login: { user: root, password: "{{password}}" }
  - run: mark a
  - checkpoint: with memory
  - run: mark b
  - powerOff
  - checkpoint: switched off
  - boot
  - login: { user: root, password: "{{password}}" }
  - run: mark c
  - powerOff
  - compact: Golden image
`;

const OutputSchema = z.object({ view: JobViewSchema.nullable(), records: z.number() });

/** Answers null when the process was killed. */
async function runChild(folder: string, input: unknown, killAtRecord: number | null) {
  const processesModule = createRequire(import.meta.url).resolve("#system/node-processes.ts");
  const child = spawn(process.execPath, [new URL("testing/build-child.ts", import.meta.url).pathname], {
    env: { ...process.env, BUILD_CONFIG: JSON.stringify({ folder, killAtRecord, input, processesModule }) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => (output += piece));
  const signal = await new Promise((resolve) => child.once("close", (_, name) => resolve(name)));
  return signal === "SIGKILL" ? null : OutputSchema.parse(JSON.parse(output));
}

async function allText(folder: string): Promise<string> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile() && entry.name !== "secrets.json");
  return (await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), "utf8")))).join(
    "\n",
  );
}

/** Answers whether the build got as far as this record; then it was killed there and has gone on. */
async function killedAt(record: number): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "gs-build-"));
  const where = `killed at record ${record}`;
  const secrets = fileSecrets(join(folder, "secrets.json"));
  const variables = await keepVariables(parseRecipe(text), { password: "a secret" }, secrets);
  const input = { machineId: "m1", text, folder, name: "Golden", keep: true, variables };
  const first = await runChild(folder, input, record);
  const { view } = first ?? (await runChild(folder, null, null)) ?? { view: null };
  expect(view?.error ?? null, where).toBeNull();
  expect(view, where).toMatchObject({ status: "succeeded", result: { imageId: "i1" } });
  const machine = fakeMachines(folder).read();
  expect(machine?.history, where).toEqual(["create Golden", "a", "b", "c"]);
  expect(
    machine?.checkpoints.map(({ name, disk, withMemory }) => [name, disk.join(""), withMemory]),
    where,
  ).toEqual([
    ["0: Empty disk", "", false],
    ["with memory", "a", true],
    ["switched off", "ab", false],
    ["3: Boot, log in, run, power off", "abc", false],
  ]);
  expect(await readFile(join(folder, "compacted"), "utf8"), where).toBe("abc\n");
  expect(await allText(folder), where).not.toContain("a secret");
  expect(await readFile(join(folder, "secrets.json"), "utf8"), where).not.toContain("a secret");
  await rm(folder, { recursive: true });
  return first === null;
}

/** The machine has two cores and most of the time goes into starting processes. */
const atOnce = 3;

describe("a build that is killed", () => {
  it(
    "at every journal record goes on at its next start, with no stage repeated and none lost",
    { timeout: 600_000 },
    async () => {
      let points = 0;
      for (let record = 1; points === record - 1; record += atOnce) {
        const batch = Array.from({ length: atOnce }, (_, index) => record + index);
        points += (await Promise.all(batch.map(killedAt))).filter(Boolean).length;
      }
      expect(points).toBeGreaterThan(25);
    },
  );
});
