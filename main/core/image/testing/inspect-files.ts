import { nodeProcesses } from "#system/node-processes.ts";
import { AppError } from "#core/lib/app-error.ts";
import { inspectImage } from "#core/image/inspect-image.ts";

/** A program for tests: `inspect-files.ts FOLDER FILE…` prints a line of JSON for each, format or error. */
const [folder = "", ...paths] = process.argv.slice(2);
const directories = { data: folder, cache: folder, runtime: folder, resources: folder };
for (const path of paths) {
  let line: Record<string, unknown>;
  try {
    const { format, archive, os } = await inspectImage(path, {
      ports: { processes: nodeProcesses, directories },
    });
    line = { path, format, archive, os: os?.id ?? null };
  } catch (error) {
    const { code, message } = AppError.from(error);
    line = { path, code, message };
  }
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
