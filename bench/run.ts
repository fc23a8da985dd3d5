import { spawn } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** `npm run bench [name…]`: every bench of this folder, one after the other, each beside its peer. */
const here = import.meta.dirname;
const helpers = [
  "run.ts",
  "sample-image.ts",
  "inspect-worker.ts",
  "upload-worker.ts",
  "console-library.ts",
  "peak-memory.ts",
  "processor-meter.ts",
  "sftp-worker.ts",
];
const chosen = process.argv.slice(2);
const benches = (await readdir(here))
  .filter((name) => name.endsWith(".ts") && !helpers.includes(name))
  .map((name) => name.slice(0, -".ts".length))
  .filter((name) => chosen.length === 0 || chosen.includes(name));
let failed = chosen.filter((name) => !benches.includes(name));
for (const name of failed) console.error(`There is no bench ${name}`);

for (const name of benches) {
  console.log(`\n== ${name}`);
  const child = spawn(process.execPath, [join(here, `${name}.ts`)], { stdio: "inherit" });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
  if (code !== 0) failed = [...failed, name];
}
process.exitCode = failed.length === 0 ? 0 : 1;
